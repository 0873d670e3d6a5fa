use super::*;
use crate::inspect::ReadOptions;
use crate::mail::Mail;

fn reader(words: &Words) -> Reader<'_> {
    Reader::new(words)
}

#[test]
fn lengths_are_read_in_many_notations() {
    let words = Words::builtin();
    for (text, expected) in [
        ("0:12", Some(12.0)),
        ("00:01:12", Some(72.0)),
        ("00:08 Minuten", Some(8.0)),
        ("7 seconds", Some(7.0)),
        ("1 min 20 s", Some(80.0)),
        ("1分20秒", Some(80.0)),
        ("12", Some(12.0)),
        ("7 сек.", Some(7.0)),
        ("2026-04-17", None),
        ("soon", None),
    ] {
        assert_eq!(reader(words).seconds(text, true), expected, "{text}");
    }
    assert_eq!(reader(words).seconds("at 10:04 on Monday", false), None);
    assert_eq!(reader(words).seconds("a message (0:12)", false), Some(12.0));
    assert_eq!(reader(words).seconds("die 9 Sekunden dauert", false), Some(9.0));
}

#[test]
fn cells_of_a_table_become_label_and_value() {
    let html = "<style>td{}</style><table><tr><td>Anrufer</td><td><b>Eva</b> &lt;030 5550123&gt;</td></tr>\
                <tr><td>Box</td><td>1001</td></tr></table>";
    assert_eq!(cells(html), ["Anrufer", "Eva <030 5550123>", "Box", "1001"]);
    let mut reader = reader(Words::builtin());
    let lines = cells(html);
    reader.mark_own(&lines, "");
    reader.labels(&lines);
    assert_eq!(reader.said.number.as_deref(), Some("030 5550123"));
    assert_eq!(reader.said.name.as_deref(), Some("Eva"));
    assert!(reader.is_own("1001"));
    assert!(cells("<td").is_empty() && cells(&"<".repeat(10_000)).is_empty());
}

/// A recording with a header and a text, read.
fn read_mail(header: &str, text: &str) -> Mail {
    let raw = format!(
        "{header}\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n\
         {text}\n--b\nContent-Type: audio/basic; name=vm.au\n\n.snd\n--b--\n"
    );
    Mail::read_with(raw.as_bytes(), &ReadOptions::default(), crate::vendors::Table::builtin())
}

#[test]
fn of_the_subject_only_the_beginning_is_looked_at() {
    let from = "From: Voicemail <voicemail@pbx.example>\nSubject: Voicemail ";
    let mail = read_mail(&format!("{from}from 030 5550123"), "");
    assert_eq!(mail.sender.number.as_deref(), Some("030 5550123"));
    // Each "de" would have each number behind it looked at, and counted up to.
    let many = "de ".repeat(8_000) + &"1234567, ".repeat(4_400);
    assert_eq!(read_mail(&format!("{from}{many}"), "").sender.number, None);
}

const SYSTEM: &str = "From: Cloud Phone <noreply@pbx.example>\nSubject: New voicemail";

#[test]
fn a_footer_does_not_replace_the_caller() {
    let footer = "\n\nCloud Phone Inc.\nPhone: +1 800 555 0100";
    for (subject, text, number, withheld) in [
        (" from +1 303 555 0123", "", Some("+1 303 555 0123"), false),
        (" from Private number", "", None, true),
        ("", "Caller: Anonymous", None, true),
        ("", "Caller: +1 303 555 0123", Some("+1 303 555 0123"), false),
        // The same number, as the text writes it; and one that stands nowhere else.
        (" from 8005550100", "", Some("+1 800 555 0100"), false),
        (" for you", "", Some("+1 800 555 0100"), false),
    ] {
        let mail = read_mail(&format!("{SYSTEM}{subject}"), &format!("{text}{footer}"));
        let found = (mail.sender.number.as_deref(), mail.sender.withheld);
        assert_eq!(found, (number, withheld), "{subject} {text}");
    }
    // A name that is not known, and the number that is.
    let mail = read_mail(SYSTEM, "Caller: Unknown\nPhone: 303 555 0123");
    assert_eq!(mail.sender.number.as_deref(), Some("303 555 0123"));
}

#[test]
fn what_a_systems_field_withholds_its_words_do_not_name() {
    let header = "X-Asterisk-VM-Message-Num: 1\nX-Asterisk-CallerID: unknown\n";
    let footer = "Voicemail.\n\nPhone: +1 800 555 0100";
    let mail = read_mail(&format!("{header}{SYSTEM}"), footer);
    assert_eq!((mail.sender.number.as_deref(), mail.sender.withheld), (None, true));
}

#[test]
fn a_length_is_that_of_a_message() {
    let words = Words::builtin();
    for (text, seconds) in [
        ("This link expires in 30 minutes.", None),
        ("Your message is attached; the link expires in 30 minutes.", None),
        ("Ce lien expire dans 30 minutes", None),
        ("A voice message that is 9 seconds long", Some(9.0)),
        ("Sie dauert: Länge 9 Sekunden", Some(9.0)),
        ("伝言をお預かりしています。(6秒)", Some(6.0)),
        ("9 secs", Some(9.0)),
    ] {
        let mut reader = reader(words);
        reader.lengths(&[text.to_owned()], &[], "Voicemail");
        assert_eq!(reader.said.seconds, seconds, "{text}");
    }
}

#[test]
fn a_message_is_read_once_and_only_where_words_for_it_can_be() {
    for (header, text, times) in [
        ("From: Voicemail <vm@pbx.example>\nSubject: Voicemail from 030 5550123", "", 1),
        ("From: vm@pbx.example\nSubject: Message from 030 5550123", "Length: 9 s", 1),
        ("From: Ada <ada@example.com>\nSubject: Hello", "as promised", 0),
        // A row of the table decides, and its words are read once.
        ("X-Asterisk-VM-Message-Num: 1\nFrom: a@pbx.example\nSubject: x", "", 1),
    ] {
        READ.set(0);
        let raw = format!(
            "{header}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{text}\n\
             --b\nContent-Type: audio/basic; name=a.au\n\n.snd\n--b--\n"
        );
        let table = crate::vendors::Table::builtin();
        let _ = Mail::read_with(raw.as_bytes(), &ReadOptions::default(), table);
        assert_eq!(READ.get(), times, "{header}");
    }
}

#[test]
fn a_number_to_call_back_is_the_callers_where_the_subject_names_it() {
    let header = |subject: &str| format!("From: Desk <desk@answering.example>\nSubject: {subject}");
    let text = "A message was left.\n\nCaller name: Ada\nCallback number: 206 555 0119";
    let mail = read_mail(&header("Voicemail - Ada (206) 555-0119"), text);
    assert_eq!(mail.sender.number.as_deref(), Some("206 555 0119"));
    assert_eq!(mail.sender.name.as_deref(), Some("Ada"));
    // Another number, or none: the one to call back is the system's.
    let mail = read_mail(&header("Voicemail from 303 555 0142"), text);
    assert_eq!(mail.sender.number.as_deref(), Some("303 555 0142"));
    assert_eq!(read_mail(&header("New voicemail"), text).sender.number, None);
}

#[test]
fn who_has_left_a_message_may_stand_before_the_number() {
    let header = |subject: &str| format!("From: Voicemail <vm@pbx.example>\nSubject: {subject}");
    for (subject, text, name) in [
        ("Garage Morel (04 55 50 12 34) vous a laissé un message", "", Some("Garage Morel")),
        ("Voicemail", "Ada Berg (04 55 50 12 34) has left a message.", Some("Ada Berg")),
        ("Voicemail", "Somebody whose name is rather long and odd (04 55 50 12 34) called", None),
        ("Voicemail", "04 55 50 12 34 has left a message.", None),
    ] {
        let mail = read_mail(&header(subject), text);
        assert_eq!(mail.sender.number.as_deref(), Some("04 55 50 12 34"), "{subject} {text}");
        assert_eq!(mail.sender.name.as_deref(), name, "{subject} {text}");
    }
}

#[test]
fn a_withheld_number_is_no_name() {
    for line in
        ["Chiamante: numero riservato", "Anrufer: Nummer unbekannt", "Caller: unknown number"]
    {
        let mail = read_mail("From: Voicemail <vm@pbx.example>\nSubject: Voicemail", line);
        assert!(mail.sender.withheld, "{line}");
        assert_eq!((mail.sender.name, mail.sender.number), (None, None), "{line}");
    }
}
