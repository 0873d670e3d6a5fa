//! Every identifier used in the window exists, and every one defined is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The text without lines of comments, so that examples in them count as nothing.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Texts in quotes that stand directly inside a call of `t`, `tf` or `tn`.
fn called(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["t(", "tf(", "tn("] {
        for (at, _) in code.match_indices(call) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                continue;
            }
            let rest = code[at + call.len()..].trim_start();
            if let Some((id, _)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) {
                found.push(id.to_owned());
            }
        }
    }
    found
}

#[test]
fn identifiers_used_and_defined_are_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src/ui"), &mut files);
    let defined: BTreeSet<String> =
        aloud::i18n::identifiers().into_iter().map(|(_, id)| id).collect();
    let mut missing = BTreeMap::new();
    let mut everything = String::new();
    for file in files {
        let code = code(&file);
        for id in called(&code) {
            if !defined.contains(&id) {
                missing.insert(id, file.clone());
            }
        }
        everything.push_str(&code);
    }
    assert!(missing.is_empty(), "used, but not defined: {missing:#?}");
    // Rows of the settings take the line below their title from the same name with "-line".
    let quoted = |id: &str| everything.contains(&format!("\"{id}\""));
    let unused: Vec<&String> = defined
        .iter()
        .filter(|id| !quoted(id) && !id.strip_suffix("-line").is_some_and(quoted))
        .collect();
    assert!(unused.is_empty(), "defined, but not used: {unused:#?}");
}

/// A voice, a spoken name or a caller's number is never called proof of who somebody is (RFC 3801
/// section 9.2.1, RFC 4024 section 8).
#[test]
fn no_word_calls_a_voice_or_a_mark_a_proof() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("i18n/en");
    for file in fs::read_dir(root).expect("a folder").flatten() {
        let text = fs::read_to_string(file.path()).expect("words").to_lowercase();
        for word in
            ["verified", "authentic", "genuine", "trusted sender", "proof", "confirmed identity"]
        {
            assert!(!text.contains(word), "{word} in {:?}", file.file_name());
        }
    }
}
