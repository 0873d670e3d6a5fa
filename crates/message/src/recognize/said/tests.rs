use super::*;

fn reader(words: &Words) -> Reader<'_> {
    Reader { words, own: Vec::new(), said: Said::default() }
}

#[test]
fn numbers_are_found_and_dates_are_not() {
    let found = |text: &str| tokens(text).into_iter().map(|t| t.text).collect::<Vec<_>>();
    for (text, expected) in [
        ("from +1 (303) 555-0123 today", &["+1 (303) 555-0123"][..]),
        ("(415) 555-0123", &["(415) 555-0123"]),
        ("04 78 55 01 23 le 17/04/2026", &["04 78 55 01 23"]),
        ("from 1002 - 2026-03-03 10:20:30", &["1002"]),
        ("03.03.2026 10:20", &[]),
        ("at 2026-04-17 09:14:22", &[]),
        ("20260417", &[]),
        ("message vm300 or 0x55", &[]),
        ("<0612345678>", &["0612345678"]),
        ("（05055550142）", &["05055550142"]),
        ("来自02155550123的", &["02155550123"]),
        ("1-415-555-0123", &["1-415-555-0123"]),
        ("", &[]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
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
    reader.mark_own(&lines);
    reader.labels(&lines);
    assert_eq!(reader.said.number.as_deref(), Some("030 5550123"));
    assert_eq!(reader.said.name.as_deref(), Some("Eva"));
    assert!(reader.is_own("1001"));
    assert!(cells("<td").is_empty() && cells(&"<".repeat(10_000)).is_empty());
}
