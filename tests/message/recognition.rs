//! What recognition gets right: over mail of our own invention (`tests/data/recognition`), and over
//! the shared corpus and the field cases where they are there.
//!
//! `make recognition` prints the figures and writes them into `docs/RECOGNITION.md`.

use std::fmt::Write as _;

use aloud::message::{Mail, inspect::ReadOptions, recognize::Sign, vendors::Table};
use aloud::model::MessageKind;

use super::invented::{self, Case};

/// Right and wrong of one set of messages.
#[derive(Default)]
struct Score {
    all: usize,
    kinds: usize,
    /// Messages that must be voice mail (or fax), and how many are found.
    special: usize,
    found: usize,
    voice: usize,
    voice_found: usize,
    /// Messages called voice mail or fax, and how many of those are right.
    called: usize,
    /// Neither voice mail nor fax, and called so.
    wrongly: usize,
    callers: usize,
    callers_right: usize,
    by_rung: [(usize, usize); 3],
    misses: Vec<String>,
}

const RUNGS: [&str; 3] = ["standards", "vendor table", "general rule"];

fn options() -> ReadOptions {
    ReadOptions { measure_audio: false, ..ReadOptions::default() }
}

fn is_special(kind: &str) -> bool {
    matches!(kind, "voice" | "fax")
}

fn score<'c>(cases: impl IntoIterator<Item = &'c Case>, table: &Table) -> Score {
    let mut score = Score::default();
    for case in cases {
        let mail = Mail::read_with(&case.raw, &options(), table);
        let kind = mail.kind.as_str();
        let right = case.kinds.iter().any(|expected| expected == kind);
        score.all += 1;
        score.kinds += usize::from(right);
        let must = case.kinds.len() == 1 && is_special(&case.kinds[0]);
        score.special += usize::from(must);
        score.found += usize::from(must && right);
        score.voice += usize::from(must && case.kinds[0] == "voice");
        score.voice_found += usize::from(must && right && case.kinds[0] == "voice");
        if is_special(kind) {
            score.called += 1;
            score.wrongly += usize::from(!right);
            let code = mail.evidence.first().map(|e| e.code()).unwrap_or_default();
            let rung = match code.as_str() {
                "general" => 2,
                code if code.starts_with("vendor") => 1,
                _ => 0,
            };
            score.by_rung[rung].0 += 1;
            score.by_rung[rung].1 += usize::from(right);
        }
        if !right {
            let signs: Vec<_> = mail.evidence.iter().map(|e| e.code()).collect();
            score.misses.push(format!(
                "{}: {kind}, not {} {signs:?}",
                case.name,
                case.kinds.join("|")
            ));
        }
        if let Some(wrong) = case.wrong_caller(&mail) {
            score.callers += 1;
            score.callers_right += usize::from(wrong.is_empty());
            if !wrong.is_empty() {
                score.misses.push(format!("{}: caller {wrong}", case.name));
            }
        }
    }
    score
}

fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "–".into();
    }
    format!("{part} of {whole} ({:.1} %)", part as f64 * 100.0 / whole as f64)
}

fn sets() -> Vec<(&'static str, Vec<Case>)> {
    let mut sets = vec![("own", invented::cases())];
    sets.extend(invented::field().map(|cases| ("field", cases)));
    sets.extend(invented::corpus().map(|cases| ("corpus", cases)));
    sets
}

fn figures(scores: Vec<(&'static str, Score)>) -> (String, Vec<String>) {
    let mut out = String::from(
        "| set | messages | kinds right | voice mail found | voice and fax found | called so wrongly | caller right |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut rungs =
        String::from("\n| set | rung | called voice or fax | right |\n| --- | --- | --- | --- |\n");
    let mut misses = Vec::new();
    for (name, s) in scores {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            s.all,
            percent(s.kinds, s.all),
            percent(s.voice_found, s.voice),
            percent(s.found, s.special),
            s.wrongly,
            percent(s.callers_right, s.callers),
        );
        for (rung, (called, right)) in RUNGS.iter().zip(s.by_rung) {
            let _ = writeln!(rungs, "| {name} | {rung} | {called} | {right} |");
        }
        misses.extend(s.misses.into_iter().map(|miss| format!("{name}: {miss}")));
    }
    (out + &rungs, misses)
}

/// Missed and wrongly called with a sign left out.
fn without(cases: &[&Case], sign: Option<Sign>) -> (usize, usize) {
    let mut table = Table::builtin().clone();
    table.general.without = sign;
    let s = score(cases.iter().copied(), &table);
    (s.special - s.found, s.wrongly)
}

/// Whether the general rule has a say: no standard and no row decides, and there is something to
/// hear or to see.
fn is_open(case: &&Case) -> bool {
    let mail = Mail::read(&case.raw, &options());
    let weighed = mail.evidence.first().is_none_or(|e| e.code() == "general");
    let named = |name: &str| [".pdf", ".tif", ".tiff", ".ps"].iter().any(|end| name.ends_with(end));
    weighed
        && mail
            .parts
            .iter()
            .any(|part| part.codec.is_some() || part.filename.as_deref().is_some_and(named))
}

fn left_out(sets: &[(&'static str, Vec<Case>)]) -> String {
    let open: Vec<&Case> = sets.iter().flat_map(|(_, cases)| cases).filter(is_open).collect();
    let mut table = String::from(
        "\n| left out | weight | further missed | further called wrongly |\n| --- | --- | --- | --- |\n",
    );
    let (missed, wrongly) = without(&open, None);
    for sign in Sign::all() {
        let (m, w) = without(&open, Some(sign));
        let (m, w) = (m as i64 - missed as i64, w as i64 - wrongly as i64);
        let _ = writeln!(table, "| {} | {} | {m} | {w} |", sign.code(), sign.weight());
    }
    table
}

#[test]
fn voice_mail_and_fax_of_unknown_systems_are_recognised() {
    let sets = sets();
    let scores: Vec<_> =
        sets.iter().map(|(name, cases)| (*name, score(cases, Table::builtin()))).collect();
    for (name, s) in &scores {
        let right = |part: usize, whole: usize, percent: usize| part * 100 >= whole * percent;
        assert_eq!(s.wrongly, 0, "{name}: ordinary mail called so: {:?}", s.misses);
        assert!(right(s.kinds, s.all, 95), "{name}: {} of {} kinds", s.kinds, s.all);
        assert!(right(s.voice_found, s.voice, 95), "{name}: {:?}", s.misses);
        assert!(right(s.callers_right, s.callers, 90), "{name}: {:?}", s.misses);
    }
    let (mut table, misses) = figures(scores);
    println!("{table}");
    for miss in &misses {
        println!("{miss}");
    }
    if std::env::var_os("ALOUD_RECOGNITION").is_some() {
        table += &left_out(&sets);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("docs/RECOGNITION.md");
        let doc = std::fs::read_to_string(&path).expect("the document");
        let (before, rest) = doc.split_once("<!-- figures -->").expect("where they begin");
        let (_, after) = rest.split_once("<!-- end -->").expect("where they end");
        let doc = format!("{before}<!-- figures -->\n\n{table}\n<!-- end -->{after}");
        std::fs::write(&path, doc).expect("written");
    }
}

#[test]
fn a_beginning_is_recognised_as_the_whole_is() {
    let mut other = Vec::new();
    for case in invented::cases() {
        let whole = Mail::read(&case.raw, &options());
        let cut = case.raw.len().min(16 * 1024);
        let beginning = Mail::read(&case.raw[..cut], &ReadOptions::prefix(case.raw.len() as u64));
        // What tells against comes later at times: a second recording behind a long first one.
        if beginning.kind != whole.kind && whole.kind != MessageKind::Email {
            other.push(case.name);
        }
    }
    assert!(other.is_empty(), "{other:?}");
}

#[test]
fn a_transcript_is_named_and_stands_once() {
    let cases = invented::cases();
    for (name, words) in [
        ("en-hosted-transcript", "the boiler part came in"),
        ("fr-transcription", "votre voiture est prête"),
    ] {
        let case = cases.iter().find(|case| case.name == name).expect(name);
        let mail = Mail::read(&case.raw, &options());
        let transcript = mail.transcript.expect(name);
        assert!(transcript.text.contains(words), "{}", transcript.text);
        assert!(!transcript.origin.is_empty());
        let body = mail.text.expect("the rest of the text");
        assert!(!body.contains(words), "{body}");
        assert!(!body.trim().is_empty());
    }
}
