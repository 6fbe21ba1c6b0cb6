pub struct Sql { pub text: String, pub params: Vec<(String, rusqlite::types::Value)>, pub mentions_trash: bool }
impl Clone for Sql { fn clone(&self)->Self { Self{text:self.text.clone(),params:self.params.clone(),mentions_trash:self.mentions_trash} } }
impl std::fmt::Debug for Sql { fn fmt(&self,f:&mut std::fmt::Formatter<'_>)->std::fmt::Result{f.write_str(&self.text)} }
