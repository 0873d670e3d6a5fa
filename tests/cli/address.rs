//! `aloud address`: the addresses of RFC 3804, 3191, 3192, 2846 and 2421 as a script sees them.

use serde_json::{Value, json};

use super::{run, text};

fn parsed(addresses: &[&str], stdin: &str) -> Vec<Value> {
    let arguments = [&["address", "parse", "--json"], addresses].concat();
    let out = run(&arguments, stdin.as_bytes());
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_kind_of_address_has_its_line() {
    // Type, number, extension, list, qualifiers.
    let rows = [
        ("2722@lucent.example", "mailbox", json!("2722"), json!(null), json!(null), json!({})),
        (
            "+17035245550+230@e.example",
            "mailbox",
            json!("+17035245550"),
            json!("230"),
            json!(null),
            json!({}),
        ),
        (
            "VPIM=703-525-5550/EXT=227@x.example",
            "vpim",
            json!("7035255550"),
            json!("227"),
            json!(null),
            json!({}),
        ),
        (
            "vpim=+14165977230/dl=93@x.example",
            "vpim",
            json!("+14165977230"),
            json!(null),
            json!("93"),
            json!({}),
        ),
        (
            "VOICE=+3940226338@x.example",
            "voice",
            json!("+3940226338"),
            json!(null),
            json!(null),
            json!({}),
        ),
        (
            "AMIS=+1/401+3278144+/SYSNUM=1+401+3279542+@x.example",
            "amis",
            json!("1+401+3278144+"),
            json!(null),
            json!(null),
            json!({"SYSNUM": "1+401+3279542+"}),
        ),
        (
            "FAX=+1.202.7653000/t33s=6377@x.example",
            "fax",
            json!("+12027653000"),
            json!(null),
            json!(null),
            json!({"T33S": "6377"}),
        ),
        (
            "/SMS=+33-1-88335215/@x.example",
            "sms",
            json!("+33188335215"),
            json!(null),
            json!(null),
            json!({}),
        ),
        (
            "XYZ=+49.81.7856345/ISUB=1234@x.example",
            "other",
            json!("+49817856345"),
            json!(null),
            json!(null),
            json!({"ISUB": "1234"}),
        ),
        (
            "FAX=/postd=w6743w99p51@x.example",
            "fax",
            json!(null),
            json!(null),
            json!(null),
            json!({"POSTD": "w6743w99p51"}),
        ),
        (
            "FAX=+39-40-226338/ATTN=Mark.Collins@x.example",
            "fax",
            json!("+3940226338"),
            json!(null),
            json!(null),
            json!({"ATTN": "Mark.Collins"}),
        ),
        (
            "Answering <non-mail-user@x.example>",
            "non-mail-user",
            json!(null),
            json!(null),
            json!(null),
            json!({}),
        ),
        ("ada@x.example", "person", json!(null), json!(null), json!(null), json!({})),
        ("nobody", "unknown", json!(null), json!(null), json!(null), json!({})),
    ];
    let addresses: Vec<&str> = rows.iter().map(|row| row.0).collect();
    let lines = parsed(&addresses, "");
    assert_eq!(lines.len(), rows.len());
    for (line, (address, kind, number, ext, dl, qualifiers)) in lines.iter().zip(&rows) {
        assert_eq!(line["type"], *kind, "{address}");
        assert_eq!(&line["number"], number, "{address}");
        assert_eq!(&line["ext"], ext, "{address}");
        assert_eq!(&line["dl"], dl, "{address}");
        assert_eq!(&line["qualifiers"], qualifiers, "{address}");
        assert_eq!(line["problems"] == json!([]), *kind != "unknown", "{address}");
        assert!(line["display"].is_string() && line.as_object().unwrap().len() == 8);
        let domain = if *kind == "unknown" { json!(null) } else { line["domain"].clone() };
        assert_eq!(line["domain"], domain);
    }
}

#[test]
fn more_addresses_come_from_standard_input() {
    let lines = parsed(&["2722@x", "-", "-1@x"], "613@x.example\r\n\n\u{ff}\nVPIM=+1@y\n");
    let kinds: Vec<_> = lines.iter().map(|l| l["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["mailbox", "mailbox", "unknown", "vpim", "mailbox"]);
    assert_eq!(run(&["address", "parse"], b"").status.code(), Some(2));
}

#[test]
fn the_readable_form_says_what_it_costs_and_what_is_wrong() {
    let out = run(&["address", "parse", "VOICE=+3940226338@x.example", "VPIM=1/EXT=a@x"], b"");
    let shown = text(&out.stdout);
    assert!(shown.contains("telephone call, Telephone +39 402 26338"), "{shown}");
    assert!(shown.contains("x.example will telephone") && shown.contains("cost money"), "{shown}");
    assert!(shown.contains("EXT takes digits only"), "{shown}");
    // What is dialled later may be a secret code.
    let shown = text(&run(&["address", "parse", "FAX=+1202/PostD=p1w7005@x"], b"").stdout);
    assert!(shown.contains("POSTD") && !shown.contains("7005@x\n") && !shown.contains("p1w7005\n"));
}

#[test]
fn addresses_are_built_of_parts_or_refused_with_the_reason() {
    let cases: [(&str, i32, &str); 15] = [
        (
            "--type vpim --number +1-613-555-0142 --ext 12 --domain gw.example.com",
            0,
            "VPIM=+16135550142/EXT=12@gw.example.com",
        ),
        (
            "--type mailbox --number 2722 --ext 111 --domain vm.example.com",
            0,
            "2722+111@vm.example.com",
        ),
        (
            "--type vpim --number 613 --dl 93 --domain gw.example.com",
            0,
            "VPIM=613/DL=93@gw.example.com",
        ),
        (
            "--type fax --number +12027653000 --qualifier t33s=1387 --domain f.example.org",
            0,
            "FAX=+12027653000/T33S=1387@f.example.org",
        ),
        (
            "--type amis --number 1+401+3278144+ --qualifier SYSNUM=1+401+3279542+ --domain x.example",
            0,
            "AMIS=1+401+3278144+/SYSNUM=1+401+3279542+@x.example",
        ),
        (
            "--type fax --qualifier POSTD=w6743w99p51 --domain x.example",
            0,
            "FAX=/POSTD=w6743w99p51@x.example",
        ),
        (
            "--type other --service mms --number +16135550142 --domain x.example",
            0,
            "MMS=+16135550142@x.example",
        ),
        ("--type vpim --number call-me --domain x.example", 1, "'l'"),
        ("--type voice --number +1234567890123456 --domain x.example", 1, "at most 15 digits"),
        ("--type voice --domain x.example", 1, "there is no number"),
        ("--type fax --number 1 --ext 2 --domain x.example", 1, "EXT belongs to VPIM only"),
        ("--type vpim --number 1 --qualifier ISUB --domain x.example", 2, "NAME=VALUE"),
        ("--type person --number 1 --domain x.example", 2, "person"),
        ("--type other --number 1 --domain x.example", 2, "--service"),
        ("--type vpim --number 1", 2, "--domain"),
    ];
    for (options, code, words) in cases {
        let arguments: Vec<&str> =
            ["address", "build"].into_iter().chain(options.split(' ')).collect();
        let out = run(&arguments, b"");
        let said = format!("{}{}", text(&out.stdout), text(&out.stderr));
        assert_eq!(out.status.code(), Some(code), "{options}: {said}");
        assert!(said.contains(words), "{options}: {said}");
        if code == 0 {
            assert_eq!(text(&out.stdout), format!("{words}\n"));
            let line = &parsed(&[words], "")[0];
            assert_eq!(line["problems"], json!([]), "{line}");
        } else {
            assert!(out.stdout.is_empty());
        }
    }
    let options =
        "--type fax --number +12025550133 --qualifier T33S=1 --qualifier T33S=2 --domain f";
    let arguments: Vec<&str> = ["address", "build"].into_iter().chain(options.split(' ')).collect();
    let made = text(&run(&arguments, b"").stdout);
    assert_eq!(made, "FAX=+12025550133/T33S=1@f\nFAX=+12025550133/T33S=2@f\n");
}
