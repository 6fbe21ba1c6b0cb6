//! Links the program at a fixed address.
//!
//! The time zone tables alone hold 60,000 pointers. In a program that may lie anywhere the loader
//! has to write each of them before `main`, which takes longer than most commands themselves.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let abi = std::env::var("CARGO_CFG_TARGET_ENV").unwrap_or_default();
    if os == "linux" && abi == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
