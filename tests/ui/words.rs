//! What the compiler does not check of the words: none is idle, none lacks an argument, and every
//! language fits English.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use fluent_bundle::FluentResource;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The source files without lines of comments, so that examples in them count as nothing.
fn sources() -> Vec<String> {
    let mut todo = vec![root().join("src")];
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(path).expect("a source file");
            let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
            found.push(code.collect::<Vec<_>>().join("\n"));
        }
    }
    found
}

/// The identifiers in calls of `fl!` and `word!`, each with whether arguments follow it.
fn calls(code: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for call in ["fl!(", "word!("] {
        for (at, _) in code.match_indices(call) {
            let rest = code[at + call.len()..].trim_start();
            if let Some((id, rest)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) {
                let more = rest.trim_start().strip_prefix(',').map(str::trim_start);
                found.push((id.to_owned(), more.is_some_and(|m| !m.starts_with(')'))));
            }
        }
    }
    found
}

/// The messages of a Fluent file and the arguments that each names.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut open = None;
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let (id, _) = line.split_once('=').expect("a message");
            let id = id.trim().to_owned();
            assert!(found.insert(id.clone(), BTreeSet::new()).is_none(), "{id} is there twice");
            open = Some(id);
        }
        if let Some(arguments) = open.as_ref().and_then(|id| found.get_mut(id)) {
            let named = |piece: &str| {
                piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
            };
            arguments.extend(line.split('$').skip(1).map(named));
        }
    }
    found
}

/// The languages, by folder, with the text of their file.
fn languages() -> BTreeMap<String, String> {
    fs::read_dir(root().join("i18n"))
        .expect("a folder")
        .flatten()
        .map(|entry| {
            let text = fs::read_to_string(entry.path().join("aloud.ftl")).expect("aloud.ftl");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn no_text_is_idle_and_none_lacks_its_arguments() {
    let english = messages(&languages()["en"]);
    let calls: Vec<_> = sources().iter().flat_map(|code| calls(code)).collect();
    let used: BTreeSet<_> = calls.iter().map(|(id, _)| id).collect();
    let idle: Vec<_> = english.keys().filter(|id| !used.contains(id)).collect();
    assert!(idle.is_empty(), "defined, but not used: {idle:#?}");
    // The compiler checks the arguments of a call, but not that a call without any needs none.
    let bare: Vec<_> = calls
        .iter()
        .filter(|(id, filled)| !filled && english.get(id).is_some_and(|a| !a.is_empty()))
        .collect();
    assert!(bare.is_empty(), "used without arguments: {bare:#?}");
}

#[test]
fn every_language_fits_english() {
    let languages = languages();
    let english = messages(&languages["en"]);
    for (language, text) in &languages {
        if let Err((_, errors)) = FluentResource::try_new(text.clone()) {
            panic!("{language}: {errors:?}");
        }
        for (id, arguments) in messages(text) {
            let known = english.get(&id).unwrap_or_else(|| panic!("{language}: no {id} in en"));
            let unknown: Vec<_> = arguments.difference(known).collect();
            assert!(unknown.is_empty(), "{language}: {id} asks for {unknown:?}");
        }
    }
}

#[test]
fn every_folder_is_a_language_of_the_program() {
    let built_in: BTreeSet<_> =
        aloud::wording::languages().iter().map(ToString::to_string).collect();
    assert_eq!(built_in, languages().into_keys().collect());
}

#[test]
fn the_scanner_sees_calls_over_several_lines() {
    let code = "fl!(\n    \"a-b\",\n    x = 1\n)\nword!(\"c\") fl!(\"d\",)";
    let found: BTreeSet<_> = calls(code).into_iter().collect();
    let expected = [("a-b", true), ("c", false), ("d", false)];
    assert_eq!(found, expected.map(|(id, filled)| (id.to_owned(), filled)).into());
    let text = "# a = { $no }\na = { $x ->\n    [one] 1\n   *[other] { $y }\n}\nb = B\n";
    let found = messages(text);
    assert_eq!(found["a"], ["x", "y"].map(str::to_owned).into());
    assert!(found["b"].is_empty());
}

/// A voice, a spoken name or a caller's number is never called proof of who somebody is (RFC 3801
/// section 9.2.1, RFC 4024 section 8).
#[test]
fn no_word_calls_a_voice_or_a_mark_a_proof() {
    let text = languages()["en"].to_lowercase();
    for word in
        ["verified", "authentic", "genuine", "trusted sender", "proof", "confirmed identity"]
    {
        assert!(!text.contains(word), "{word}");
    }
}
