//! A second reader, written by others: Python's `email` package.

use std::{
    io::Write,
    process::{Command, Stdio},
};

const SCRIPT: &str = r#"
import sys, json, email, email.policy
from email.header import decode_header, make_header
from email.utils import getaddresses
raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.compat32)
defects = []
def walk(part):
    defects.extend(type(d).__name__ for d in part.defects)
    name = part.get_content_type()
    if part.is_multipart():
        return name + "(" + ",".join(walk(p) for p in part.get_payload()) + ")"
    part.get_payload(decode=True)
    defects.extend(type(d).__name__ for d in part.defects)
    return name
text = lambda v: str(make_header(decode_header(v or "")))
structure = walk(message)
strict = email.message_from_bytes(raw, policy=email.policy.default)
defects.extend(type(d).__name__ for name in strict.keys() for d in strict[name].defects)
print(json.dumps({
    "structure": structure,
    "defects": defects,
    "subject": text(message["subject"].replace("\r\n", "") if message["subject"] else ""),
    "to": [[a.display_name, a.addr_spec] for a in strict["to"].addresses] if strict["to"] else [],
    "references": len((message["references"] or "").split()),
    "names": message.keys(),
}))
"#;

/// What Python makes of a message; `None` where there is no Python.
pub fn look(raw: &[u8]) -> Option<serde_json::Value> {
    let child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: python3 cannot be started: {error}");
            return None;
        }
    };
    child.stdin.take().expect("piped").write_all(raw).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "python failed");
    Some(serde_json::from_slice(&output.stdout).expect("json"))
}
