//! A message larger than the memory that the program may take: its parts are counted, listed and
//! written all the same. `ulimit -d` of the shell is the bound; what held the whole needed more.
#![cfg(target_os = "linux")]

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use aloud::loopback::{Faults, Protocol};

use super::{
    mail::{PASSWORD, add, aloud, world},
    text,
};

/// KiB of memory that the program may take. A message of 44 MB and its attachment are more.
const MEMORY: &str = "84000";
/// Encoded lines of the attachment: 44 MB, 32 MB decoded.
const LINES: usize = 570_000;
/// Octets of a line.
const LINE: usize = 57;

/// A file with a message in which so many lines of silence are attached to a few words.
fn message(at: &Path, media_type: &str, inside: bool) {
    message_from(
        "From: Ada <ada@example.net>\r\nSubject: Large\r\n",
        LINES,
        at,
        media_type,
        inside,
    );
}

fn message_from(from: &str, lines: usize, at: &Path, media_type: &str, inside: bool) {
    let mut file = BufWriter::new(File::create(at).expect("a file"));
    let head = &format!("{from}MIME-Version: 1.0\r\n");
    let mut write = |text: &str| file.write_all(text.as_bytes()).expect("written");
    if inside {
        write(head);
        write("Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n");
        write("Content-Type: message/rfc822\r\n\r\n");
    }
    write(head);
    write("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n");
    write(&format!("Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
    // 57 octets of 0xff, the silence of µ-law.
    let line = "/".repeat(76) + "\r\n";
    (0..lines).for_each(|_| write(&line));
    write("\r\n--b\r\n\r\nbye\r\n--b--\r\n");
    if inside {
        write("--o--\r\n");
    }
}

fn within(memory: &str, arguments: &[&str], stdin: Stdio) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let script = "ulimit -d \"$0\"; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_aloud");
    let mut command = Command::new("sh");
    command.args(["-c", script, memory, program]).args(arguments).stdin(stdin);
    command.env("ALOUD_DATA_DIR", home.path()).output().expect("a shell")
}

/// A message goes out and into Sent with less memory than it has octets.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_any_size_is_sent() {
    let (server, ports, dir) = world().await;
    for protocol in [Protocol::Smtp, Protocol::Imap] {
        let faults = Faults { size_limit: Some(256 << 20), ..Faults::default() };
        server.fault_always(protocol, faults);
    }
    add(dir.path(), &ports);
    let (file, data) = (dir.path().join("large.eml"), dir.path().to_str().expect("text"));
    let lines = 2 * LINES;
    let head = "From: robin@example.com\r\nTo: ada@example.net\r\nBcc: eve@example.net\r\n\
                Message-ID: <large@example.com>\r\n\
                Date: Tue, 04 Mar 2025 09:10:00 +0000\r\nSubject: Large\r\n";
    message_from(head, lines, &file, "application/zip; name=\"a.zip\"", false);
    assert!(
        std::fs::metadata(&file).expect("there").len()
            > 1024 * MEMORY.parse::<u64>().expect("a number")
    );
    let name = file.to_str().expect("text");
    let script = "ulimit -d \"$0\"; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, MEMORY, env!("CARGO_BIN_EXE_aloud"), "--data-dir", data]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command.env("ALOUD_PASSWORD", PASSWORD).args(["send", name]);
    let output = command.output().expect("a shell");
    let sent = text(&output.stdout) + &text(&output.stderr);
    assert!(sent.starts_with("sent <large@example.com>"), "{sent}");
    let submitted = server.submitted();
    let whole =
        std::fs::read_to_string(&file).expect("there").replace("Bcc: eve@example.net\r\n", "");
    assert!(submitted.len() == 1 && *submitted[0].octets == *whole.as_bytes());
    assert_eq!(submitted[0].envelope.forward_paths.len(), 2);
    let filed = server.mailbox("Sent").expect("a mailbox");
    assert!(filed.messages().len() == 1 && *filed.messages()[0].octets == *whole.as_bytes());
    // Nothing of it is left in the outbox.
    assert!(aloud(dir.path(), None, &["outbox"]).stdout.is_empty());
    assert_eq!(std::fs::read_dir(dir.path().join("data/unsent")).expect("the folder").count(), 0);
}

#[test]
fn an_attachment_of_any_size_is_told_and_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let (file, out) = (dir.path().join("large.eml"), dir.path().join("out"));
    let (name, to) = (file.to_str().expect("text"), out.to_str().expect("text"));
    message(&file, "application/zip; name=\"a.zip\"", false);
    // The bound is one: the whole does not fit twice.
    let octets = (LINES * LINE) as u64;
    let told = within(MEMORY, &["inspect", "--json", name], Stdio::null());
    let told = text(&told.stdout);
    assert!(told.contains(&format!("\"octets\":{octets}")), "{told}");
    let stdin = File::open(&file).expect("there").into();
    let piped = within(MEMORY, &["extract", "--part", "2", "--dir", to, "-"], stdin);
    assert!(piped.status.success(), "{}", text(&piped.stderr));
    let written = std::fs::read(out.join("a.zip")).expect("written");
    assert!(written.len() as u64 == octets && written.iter().all(|octet| *octet == 0xff));
    // What could be decoded and is too large for it is written as it came, and said; what comes after
    // it is found.
    message(&file, "audio/basic; name=\"a.au\"", true);
    let listed = within(MEMORY, &["play", "--list", name], Stdio::null());
    let seconds = octets as f64 / 8_000.0;
    assert!(text(&listed.stdout).starts_with(&format!("1/2\t{seconds:.1} s")), "{listed:?}");
    let checked = within(MEMORY, &["validate", name], Stdio::null());
    assert!(text(&checked.stderr).contains("beginnings"), "{checked:?}");
    let last = within(MEMORY, &["extract", "--part", "1/3", "--dir", to, name], Stdio::null());
    assert!(last.status.success(), "{}", text(&last.stderr));
    assert_eq!(std::fs::read(out.join("1-text.txt")).expect("written"), b"bye");
}
