//! What file system a file lies on: over a network, the WAL's shared memory isn't shared.

use std::path::Path;

/// File systems of other machines; those behind FUSE by what follows `fuse.`.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "davfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "orangefs",
    "rclone",
    "s3fs",
    "smb2",
    "smb3",
    "smbfs",
    "sshfs",
    "vboxsf",
    "vmhgfs-fuse",
];

/// The kind of network file system that a file lies on, where it does and the system tells.
pub(super) fn network(path: &Path) -> Option<String> {
    let place = std::fs::canonicalize(path).ok()?;
    network_in(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, &place)
}

fn network_in(mounts: &str, place: &Path) -> Option<String> {
    // Of mounts at one place the last one counts.
    let (_, kind) = mounts
        .lines()
        .filter_map(|line| {
            let (mount, source) = line.split_once(" - ")?;
            let at = unescaped(mount.split(' ').nth(4)?);
            place.starts_with(&at).then(|| (at.len(), source.split(' ').next().unwrap_or("")))
        })
        .max_by_key(|(length, _)| *length)?;
    let name = kind.strip_prefix("fuse.").unwrap_or(kind);
    NETWORK.contains(&name).then(|| name.to_owned())
}

/// `\040` and its like stand for what would part the columns.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_that_holds_the_file_tells() {
        let mounts = "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
                      40 22 0:35 / /home/ann/our\\040share rw - nfs4 box:/x rw\n\
                      41 22 0:36 / /home/ann/ssh rw master:1 - fuse.sshfs ann@box: rw\n\
                      42 40 0:37 / /home/ann/our\\040share/local rw - tmpfs tmpfs rw\n";
        let of = |path: &str| network_in(mounts, Path::new(path));
        assert_eq!(of("/home/ann/our share/rolo.db").as_deref(), Some("nfs4"));
        assert_eq!(of("/home/ann/ssh/a/rolo.db").as_deref(), Some("sshfs"));
        assert_eq!(of("/home/ann/our share/local/rolo.db"), None);
        assert_eq!(of("/home/ann/our shares/rolo.db"), None);
        assert_eq!(of("/home/ann/sshd/rolo.db"), None);
    }
}
