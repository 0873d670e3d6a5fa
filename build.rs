//! A new folder in `i18n` is a new language: the program is built again, though no file of it changed.

fn main() {
    println!("cargo:rerun-if-changed=i18n");
}
