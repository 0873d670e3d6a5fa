//! The messages that Aloud builds, seen by readers that others wrote: Python's `email` package and
//! GMime. Both must see the structure, the octets and the header that our own view sees.

use std::{fs, process::Command};

use aloud::{
    message::{
        Mail,
        inspect::ReadOptions,
        view::{Part, Shape, Structured, View, mailbox},
    },
    model::Address,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::builders;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/testbed/readers");

/// All messages as one reader sees them; `None`, with the reason printed, where it is not there.
fn seen_by(reader: &str) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    for (name, octets) in builders::messages() {
        fs::write(folder.path().join(format!("{name}.eml")), octets).unwrap();
    }
    let mut reason = String::new();
    // GMime's bindings belong to the system's Python, which need not be the first one found.
    for python in ["python3", "/usr/bin/python3"] {
        let run = Command::new(python).args([SCRIPT, reader]).arg(folder.path()).output();
        let output = match run {
            Ok(output) => output,
            Err(error) => {
                reason = format!("{python}: {error}");
                continue;
            }
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{reader}: {errors}");
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        match seen["missing"].as_str() {
            None => return Some(seen),
            Some(why) => reason = format!("{python}: {why}"),
        }
    }
    println!("skipped: no {reader} ({reason})");
    None
}

fn parameters(field: Option<&Structured>) -> Value {
    let mut out = serde_json::Map::new();
    for name in field.into_iter().flat_map(Structured::names) {
        let name = name.trim_end_matches('*');
        let value = field.and_then(|f| f.text(name)).unwrap_or_default();
        out.insert(name.to_owned(), value.into());
    }
    Value::Object(out)
}

fn hash(octets: &[u8]) -> String {
    Sha256::digest(octets).iter().map(|b| format!("{b:02x}")).collect()
}

/// Our own view, in the words of the script; enclosed messages are entered.
fn ours(octets: &[u8], depth: usize, out: &mut Vec<Value>) {
    let view = View::parse(octets);
    assert!(view.problems.is_empty() && !view.unclosed, "{:?}", view.problems);
    let row = |part: &Part<'_>, sha256: Option<String>| {
        json!({
            "depth": depth + part.depth,
            "type": part.content.value,
            "parameters": parameters(part.header.has("content-type").then_some(&part.content)),
            "disposition": part.disposition.as_ref().map(|d| d.value.clone()),
            "disposition_parameters": parameters(part.disposition.as_ref()),
            "sha256": sha256,
        })
    };
    for part in &view.parts {
        match part.shape {
            Shape::Multipart => out.push(row(part, None)),
            Shape::Leaf => {
                let decoded = part.decode();
                assert!(!decoded.damaged);
                out.push(row(part, Some(hash(&decoded.octets))));
            }
            Shape::Original => {
                out.push(row(part, None));
                ours(part.body, depth + part.depth + 1, out);
            }
        }
    }
}

fn addresses(list: &[Address]) -> Value {
    let pair = |a: &Address| json!([a.name.clone().unwrap_or_default(), a.addr.as_str()]);
    list.iter().map(pair).collect()
}

fn compare(reader: &str) {
    let Some(seen) = seen_by(reader) else { return };
    for (name, octets) in builders::messages() {
        let seen = &seen[name];
        let mut parts = Vec::new();
        ours(octets, 0, &mut parts);
        for part in &mut parts {
            // Python takes every message/* for a message and keeps no octets of it.
            let opaque = part["type"] == "message/disposition-notification";
            if reader == "email" && opaque {
                part["sha256"] = Value::Null;
            }
        }
        assert_eq!(seen["parts"], Value::Array(parts), "{reader}: {name}");
        assert_eq!(seen["defects"], json!([]), "{reader}: {name}");
        let mail = Mail::read(octets, &ReadOptions::default());
        let subject = seen["subject"].as_str();
        assert_eq!(subject, mail.subject.as_deref(), "{reader}: {name}");
        assert_eq!(seen["message_id"].as_str(), mail.message_id.as_deref(), "{reader}: {name}");
        assert_eq!(seen["to"], addresses(&mail.to), "{reader}: {name}");
        assert_eq!(seen["cc"], addresses(&mail.cc), "{reader}: {name}");
        // Not the sender as shown, for whom Caller-Name may speak.
        let view = View::parse(octets);
        let from = view.header().first("from").map(mailbox::parse).unwrap_or_default();
        let from: Vec<Address> = from.iter().filter_map(mailbox::AddressEntry::address).collect();
        let from = addresses(&from);
        assert_eq!(seen["from"], from, "{reader}: {name}");
    }
}

#[test]
fn python_sees_what_we_see() {
    compare("email");
}

#[test]
fn gmime_sees_what_we_see() {
    compare("gmime");
}
