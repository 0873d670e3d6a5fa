//! What the compiler does not guard in one package: who may know whom, which foreign crate stays in
//! which module, what the pure layers must not touch, how long a file may be, and that the documents
//! tell the truth. The tables here are those of docs/ARCHITECTURE.md.

mod citations;
mod prose;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Layer and the layers it may use (decision E7).
const LAYERS: [(&str, &[&str]); 9] = [
    ("model", &[]),
    ("codec", &["model"]),
    ("message", &["model", "codec"]),
    ("engine", &["model", "codec", "message"]),
    ("audio", &["model", "codec"]),
    ("loopback", &["model", "codec", "message"]),
    ("wording", &["model", "codec", "message", "engine"]),
    ("cli", &["model", "codec", "message", "engine", "audio", "loopback", "wording"]),
    ("ui", &["model", "codec", "message", "engine", "audio", "wording"]),
];

/// A foreign crate and the only places that may name it.
const WRAPPED: [(&str, &[&str]); 26] = [
    ("mail_parser", &["message/view/library"]),
    ("idna", &["message/address/domain"]),
    ("html2text", &["message/"]),
    ("encoding_rs", &["engine/imap"]),
    ("async_imap", &["engine/imap"]),
    ("lettre", &["engine/smtp"]),
    ("rustls", &["engine/net"]),
    ("tokio_rustls", &["engine/net"]),
    ("ring", &["engine/sasl", "engine/net"]),
    ("flate2", &["engine/net"]),
    ("oauth2", &["engine/oauth"]),
    ("hyper", &["engine/oauth"]),
    ("ldap3_proto", &["engine/white_pages"]),
    ("hickory_resolver", &["engine/autoconfig/dns"]),
    ("quick_xml", &["engine/autoconfig/xml"]),
    ("rusqlite", &["engine/store"]),
    ("keyring", &["engine/secrets"]),
    ("rustix", &["engine/doctor"]),
    ("rodio", &["audio/device"]),
    ("cpal", &["audio/device"]),
    ("symphonia", &["codec/"]),
    ("hayro_ccitt", &["codec/fax"]),
    ("fluent_bundle", &["wording/fluent"]),
    ("i18n_embed", &["wording/fluent", "wording/pseudo", "main"]),
    ("iced", &["ui/"]),
    ("directories", &["cli/dirs"]),
];

/// What the pure layers must not touch.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "tokio::",
    "SystemTime::now",
    "Instant::now",
    "rand::",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The source folders with the layer each holds: the package's own, whose layers are its folders,
/// and one a library under `crates`.
fn source_folders() -> Vec<(String, PathBuf)> {
    let mut folders = vec![(String::new(), root().join("src"))];
    for entry in fs::read_dir(root().join("crates")).unwrap().flatten() {
        let layer = entry.file_name().to_string_lossy().into_owned();
        folders.push((layer, entry.path().join("src")));
    }
    folders
}

/// A source file as its layer and its path there without `.rs`, and its text without comments and
/// without the unit tests at its end.
fn sources() -> Vec<(String, String)> {
    source_folders()
        .into_iter()
        .flat_map(|(layer, src)| {
            files(&src, "rs").into_iter().map(move |path| {
                let name = Path::new(&layer).join(path.strip_prefix(&src).unwrap());
                (path, name.with_extension(""))
            })
        })
        .filter(|(path, _)| !path.to_string_lossy().ends_with("tests.rs"))
        .map(|(path, name)| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
            let code = code.split("\n#[cfg(test)]\npub(super) mod ").next().unwrap_or_default();
            let code: Vec<_> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            (name.to_string_lossy().into_owned(), code.join("\n"))
        })
        .collect()
}

fn layer(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

/// First path segments after `crate::`, also inside `use crate::{a, b::c}`, the libraries named as
/// `aloud_layer`, and `wording` where its macros are called.
fn uses(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if code.contains("fl!(") || code.contains("word!(") {
        found.insert("wording".to_owned());
    }
    for piece in code.split("aloud_").skip(1) {
        found.insert(piece.chars().take_while(char::is_ascii_alphanumeric).collect());
    }
    for piece in code.split("crate::").skip(1) {
        if let Some(group) = piece.strip_prefix('{') {
            let mut depth = 0;
            let mut at_name = true;
            let mut name = String::new();
            for c in group.chars() {
                match c {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(std::mem::take(&mut name));
                        at_name = true;
                    }
                    c if depth == 0 && at_name && (c.is_alphanumeric() || c == '_') => name.push(c),
                    ':' if depth == 0 => at_name = false,
                    _ => {}
                }
            }
            found.insert(name);
        } else {
            found.insert(piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

#[test]
fn layers_use_only_those_below_them() {
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        let Some((layer, allowed)) = LAYERS.iter().find(|(l, _)| *l == layer(&name)) else {
            continue;
        };
        for used in uses(&code) {
            let is_layer = LAYERS.iter().any(|(l, _)| *l == used);
            if is_layer && used != *layer && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{name} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_scanner_sees_every_way_to_name_a_layer() {
    let code = "use crate::{codec::{self, x}, model};\nlet a = crate::engine::b(aloud_audio::c, fl!(\"d\"));";
    let found = uses(code);
    let expected = ["audio", "codec", "engine", "model", "wording"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn foreign_crates_stay_inside_the_module_that_wraps_them() {
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        for (krate, homes) in WRAPPED {
            let named = code.match_indices(&format!("{krate}::")).any(|(at, _)| {
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            });
            if named && !homes.iter().any(|home| name.starts_with(home)) {
                wrong.push(format!("{name} names {krate}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_layers_touch_no_system() {
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if ["model", "codec", "message"].contains(&layer(&name)) {
            wrong.extend(
                IMPURE.iter().filter(|i| code.contains(*i)).map(|i| format!("{name} touches {i}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_have_one_reason_to_change() {
    let long: Vec<_> = ["src", "crates", "tests"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), "rs"))
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > 700).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_test_file_is_a_module_of_the_runner() {
    let tests = root().join("tests");
    let mut lost = Vec::new();
    for path in files(&tests, "rs") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parent = path.parent().unwrap();
        let declaring = match stem.as_str() {
            "runner" => continue,
            "mod" => parent.parent().unwrap().to_owned(),
            _ => parent.to_owned(),
        };
        let module = if stem == "mod" {
            parent.file_name().unwrap().to_string_lossy().into_owned()
        } else {
            stem
        };
        let owner =
            ["runner.rs", "mod.rs"].map(|f| declaring.join(f)).into_iter().find(|f| f.is_file());
        let declared = owner.and_then(|f| fs::read_to_string(f).ok()).is_some_and(|text| {
            text.lines().any(|l| l.trim_end().ends_with(&format!("mod {module};")))
        });
        if !declared {
            lost.push(path);
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn every_dependency_has_an_accepted_licence() {
    let config: toml::Value =
        toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap();
    let allowed: BTreeSet<_> =
        config["licenses"]["allow"].as_array().unwrap().iter().filter_map(|l| l.as_str()).collect();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        // "A OR B": one is enough; "A AND B": all are needed. Old "A/B" means OR.
        let fine = licence
            .replace('/', " OR ")
            .replace(['(', ')'], "")
            .split(" OR ")
            .any(|choice| choice.split(" AND ").all(|one| allowed.contains(one.trim())));
        if !fine {
            wrong.push(format!("{name}: {licence:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_standards_names_tests_that_exist() {
    let table = fs::read_to_string(root().join("docs/standards.md")).unwrap();
    // `tests::area::file::name` stands in tests/, `module::tests::name` beside the code.
    let exists = |name: &str| {
        let (path, test) = name.rsplit_once("::").unwrap_or_default();
        let path = path.trim_end_matches("::tests").replace("::", "/");
        let places = match path.strip_prefix("tests/") {
            Some(rest) => {
                [format!("tests/{rest}.rs"), format!("tests/{rest}/mod.rs"), String::new()]
            }
            None => {
                let (layer, rest) = path.split_once('/').unwrap_or((&path, "lib"));
                let folder = match root().join("crates").join(layer).is_dir() {
                    true => format!("crates/{layer}/src/{rest}"),
                    false => format!("src/{path}"),
                };
                ["", "/mod", "/tests"].map(|end| format!("{folder}{end}.rs"))
            }
        };
        places.iter().any(|place| {
            let code = fs::read_to_string(root().join(place)).unwrap_or_default();
            code.contains(&format!("fn {test}("))
        })
    };
    let mut wrong = Vec::new();
    let mut done = 0;
    for row in table.lines().filter(|l| l.starts_with("| ")) {
        let names: Vec<_> =
            row.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
        let is_done = row.contains("| done |");
        done += usize::from(is_done);
        if (is_done && names.is_empty()) || !names.iter().all(|name| exists(name)) {
            wrong.push(row.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(done > 0, "the table says nothing is done");
}

#[test]
fn no_machine_path_is_written_down() {
    let mut wrong = Vec::new();
    for (dir, extension) in
        [("src", "rs"), ("crates", "rs"), ("docs", "md"), ("i18n", "ftl"), ("packaging", "")]
    {
        for path in files(&root().join(dir), extension) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            if ["/home/", "/Users/", "/root/"].iter().any(|p| text.contains(p)) {
                wrong.push(path);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
