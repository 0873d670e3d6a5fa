//! Tests of this area; see docs/ARCHITECTURE.md.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

mod account;
mod address;
mod broken_pipe;
mod card;
mod compose;
mod contacts;
mod doctor;
mod drafts;
mod fax;
mod full_disk;
mod inspect;
mod large;
mod mail;
mod play;
mod policy;
mod processes;
mod servers;
mod sign_in;
mod validate;
mod vendors;

/// Runs the program over an empty folder of its own, with `stdin` as its standard input.
fn run(arguments: &[&str], stdin: &[u8]) -> Output {
    let home = tempfile::tempdir().unwrap();
    run_in(home.path(), arguments, stdin)
}

/// Runs the program over a folder.
fn run_in(data_dir: &std::path::Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aloud"))
        .env("ALOUD_DATA_DIR", data_dir)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}
