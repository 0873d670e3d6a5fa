//! `aloud card`: cards shown, taken over and handed out, as a script sees them.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{run, run_in, text};

const CARDS: &[u8] = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Okafor\r\nROLE:Service desk\r\n\
    EMAIL;TYPE=internet,pref:ada@example.net\r\nTEL;TYPE=voice:+1-613-555-0142\r\n\
    SOUND;TYPE=BASIC;ENCODING=b:////////////////////////////////////////\r\n\
    PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:M=FCller;J=F6rg\r\n\
    TEL;CELL:0171\r\nSOUND;TYPE=32KADPCM;ENCODING=URI: CID:<part1@vm.example.com>\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Gwen\r\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-555-0100\r\n\
    END:VCARD\r\n";

#[test]
fn json_is_an_array_of_the_cards_of_every_version() {
    let out = run(&["card", "--json", "-"], CARDS);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let cards: Value = serde_json::from_slice(&out.stdout).unwrap();
    let expected = json!([
        {"name": "Ada Okafor", "emails": ["ada@example.net"], "tels": ["+1-613-555-0142"],
         "has_spoken_name": true, "problem": null},
        {"name": "Jörg Müller", "emails": [], "tels": ["0171"], "has_spoken_name": true,
         "problem": null},
        {"name": "Gwen", "emails": [], "tels": ["+1-555-0100"], "has_spoken_name": false,
         "problem": null},
    ]);
    assert_eq!(cards, expected);
    let none = run(&["card", "--json", "-"], b"nothing\n");
    assert_eq!((none.status.code(), text(&none.stdout).as_str()), (Some(0), "[]\n"));
    assert_eq!(run(&["card"], b"").status.code(), Some(2));
    assert_eq!(run(&["card", "/no/such.vcf"], b"").status.code(), Some(1));
}

#[test]
fn the_cards_of_a_message_are_those_of_inspect() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/eml/vpim2.eml");
    let raw = fs::read(&file).unwrap();
    let inspected: Value =
        serde_json::from_slice(&run(&["inspect", "--json", "-"], &raw).stdout).unwrap();
    let cards: Value = serde_json::from_slice(&run(&["card", "--json", "-"], &raw).stdout).unwrap();
    assert_eq!(cards, inspected["cards"]);
    assert_eq!(cards.as_array().unwrap().len(), 1);
}

#[test]
fn the_readable_form_and_files() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let dir_name = dir.to_str().unwrap();
    let out = run(&["card", "-", "--sound", dir_name, "--photo", dir_name], CARDS);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let shown = text(&out.stdout);
    for words in ["Ada Okafor", "ada@example.net (preferred)", "0171 (cell)", "in another part"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(fs::read(dir.join("Ada Okafor.wav")).unwrap().starts_with(b"RIFF"));
    assert_eq!(fs::read(dir.join("Ada Okafor.png")).unwrap(), b"\x89PNG\r\n\x1a\n");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
}

#[test]
fn sounds_of_a_private_message_stay_in_it() {
    let raw = "From: a@example.com\nSensitivity: private\nContent-Type: text/vcard\n\n\
        BEGIN:VCARD\nFN:A\nSOUND;TYPE=BASIC;ENCODING=b:////\nEND:VCARD\n";
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("out");
    let out = run(&["card", "-", "--sound", dir.to_str().unwrap()], raw.as_bytes());
    assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
    assert!(!dir.exists());
    let out = run_in(home.path(), &["card", "import", "-"], raw.as_bytes());
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn import_shows_the_difference_and_replaces_only_when_told() {
    let home = tempfile::tempdir().unwrap();
    let card = |lines: &str| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}\r\nEND:VCARD\r\n").into_bytes()
    };
    let import = |options: &[&str], octets: &[u8]| {
        let out = run_in(home.path(), &[&["card", "import", "-"], options].concat(), octets);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let export = || text(&run_in(home.path(), &["card", "export"], b"").stdout);
    assert_eq!(export(), "");
    let old = card("FN:Ada Okafor\r\nROLE:Sales\r\nEMAIL:ada@example.net\r\nREV:20250101T000000Z");
    assert!(import(&["--dry-run"], &old).starts_with("Ada Okafor: new\n"));
    assert_eq!(export(), "");
    import(&[], &old);
    assert!(export().contains("FN:Ada Okafor") && export().contains("ROLE:Sales"));
    assert_eq!(import(&[], &old), "Ada Okafor: nothing new\n");

    let new = card(
        "FN:Ada O.\r\nROLE:Director\r\nEMAIL:ada@example.net\r\nTEL:+1-613-555-0142\r\n\
         REV:20250301T000000Z",
    );
    let shown = import(&[], &new);
    assert!(shown.starts_with("Ada O.: known as Ada Okafor\n"), "{shown}");
    assert!(shown.contains("Sales → Director (kept; --yes takes it)"), "{shown}");
    assert!(shown.contains("number        +1-613-555-0142\n"), "{shown}");
    let kept = export();
    assert!(kept.contains("ROLE:Sales") && kept.contains("FN:Ada Okafor"), "{kept}");
    assert!(kept.contains("+1-613-555-0142"), "what was missing is taken: {kept}");
    import(&["--yes"], &new);
    let taken = export();
    assert!(taken.contains("ROLE:Director") && taken.contains("FN:Ada O."), "{taken}");

    // An older card brings nothing back, whatever is chosen.
    let shown = import(&["--yes"], &old);
    assert!(shown.contains("Director → Sales (kept: the card is older)"), "{shown}");
    assert_eq!(export(), taken);

    // What a card lacks is kept.
    import(&["--yes"], &card("FN:Ada O.\r\nEMAIL:ada@example.net"));
    assert_eq!(export(), taken);

    // Another address comes in beside the old one, and only when told.
    let moved = card("FN:Ada O.\r\nTEL:+16135550142\r\nEMAIL:ada@new.example");
    assert!(import(&[], &moved).contains("ada@example.net → ada@new.example (kept"));
    assert!(!export().contains("new.example"));
    import(&["--yes"], &moved);
    assert!(export().contains("ada@new.example") && export().contains("ada@example.net"));

    let out = home.path().join("all.vcf");
    let arguments = ["card", "export", "okafor", "-o", out.to_str().unwrap()];
    assert_eq!(run_in(home.path(), &arguments, b"").status.code(), Some(1));
    let arguments = ["card", "export", "ada", "-o", out.to_str().unwrap()];
    assert!(run_in(home.path(), &arguments, b"").status.success());
    let shown: Value =
        serde_json::from_slice(&run(&["card", "--json", out.to_str().unwrap()], b"").stdout)
            .unwrap();
    assert_eq!(shown[0]["name"], "Ada O.");
    let out = run_in(home.path(), &["card", "import", "-"], b"nothing");
    assert_eq!(out.status.code(), Some(1));
}
