//! What the fuzz targets check, run over their seeds and over every input that ever failed
//! (`tests/data/fuzz/TARGET`). The search for new ones is `fuzz/run`.

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn seeds_and_what_once_failed_pass_every_check() {
    let mut failed = Vec::new();
    for (name, target) in targets::ALL {
        let seeds = files(&root().join("fuzz/seeds").join(name));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for file in seeds.into_iter().chain(files(&root().join("tests/data/fuzz").join(name))) {
            let octets = fs::read(&file).unwrap();
            if catch_unwind(AssertUnwindSafe(|| target(&octets))).is_err() {
                failed.push(file);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_target_has_a_program_and_a_dictionary() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let script = fs::read_to_string(root().join("fuzz/run")).unwrap();
    let names = targets::ALL.map(|(name, _)| name);
    for name in names {
        assert!(root().join(format!("fuzz/dict/{name}.dict")).is_file(), "{name}");
        assert!(manifest.contains(&format!("fuzz_targets/{name}.rs")), "{name}");
    }
    assert!(script.contains(&format!("all=({})", names.join(" "))));
    let known: Vec<_> = files(&root().join("tests/data/fuzz"));
    assert!(known.iter().all(|dir| names.iter().any(|name| dir.ends_with(name))), "{known:?}");
}
