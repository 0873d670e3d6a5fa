use super::*;

fn row(id: &str, when: &str, treat: &str) -> String {
    format!("[[server]]\nid = \"{id}\"\nname = \"{id}\"\nwhen = [{when}]\ntreat = {{ {treat} }}\n")
}

fn table(text: &str) -> Table {
    let (table, faults) = Table::read(text);
    assert_eq!(faults, [], "{text}");
    table
}

fn clues() -> Clues {
    let mut clues = Clues::of_host("imap.Mail.Example.com.");
    clues.greeted("The Example IMAP4 service is ready. [QUJD]");
    clues.offers(&["IMAP4REV1".into(), "X-EX-1".into()]);
    clues.introduced(&[("Name".into(), "ExampleD".into()), ("version".into(), "8.0.2_GA".into())]);
    clues
}

#[test]
fn every_row_of_ours_reads_and_says_where_it_is_known_from() {
    let (table, faults) = Table::read(include_str!("../../../../assets/servers.toml"));
    assert_eq!(faults, []);
    assert!(!table.rows.is_empty());
    for row in &table.rows {
        assert!(!row.source.is_empty(), "{}", row.id);
    }
}

#[test]
fn a_clue_fits_where_all_of_it_is_so() {
    for (when, by) in [
        ("{ host = \"example.com\" }", Some(By::Host)),
        ("{ host = \"imap.mail.example.com\" }", Some(By::Host)),
        ("{ host = \"ample.com\" }", None),
        ("{ host = \"com.example\" }", None),
        ("{ greeting = \"example imap4\" }", Some(By::Greeting)),
        ("{ greeting = \"exchange\" }", None),
        ("{ capability = \"X-EX-1\" }", Some(By::Capability)),
        ("{ capability = \"X-EX\" }", None),
        ("{ id = \"exampled\" }", Some(By::Id)),
        ("{ id = \"exampled\", id-version = \"8.0.\" }", Some(By::Id)),
        ("{ id = \"exampled\", id-version = \"8.1\" }", None),
        ("{ id-version = \"exam\" }", None),
        ("{ host = \"example.com\", capability = \"X-NO\" }", None),
        ("{ host = \"example.org\" }, { id = \"exampled\" }", Some(By::Id)),
        ("{ any = true }", Some(By::Any)),
        ("{ any = true, host = \"example.org\" }", None),
    ] {
        let profile = table(&row("a", when, "deny = [\"ID\"]")).profile(&clues());
        assert_eq!(profile.matched.first().map(|matched| matched.by), by, "{when}");
        assert_eq!(profile.denies("ID"), by.is_some(), "{when}");
    }
    // Nothing is known yet.
    let empty = table(&row("a", "{ greeting = \"x\" }", "deny = [\"ID\"]"));
    assert_eq!(empty.profile(&Clues::default()), Profile::default());
}

#[test]
fn the_users_rows_come_first_and_replace_ours() {
    let any = "{ any = true }";
    let ours = table(
        &[
            row("a", any, "deny = [\"MOVE\", \"IDLE\"], files-sent = 20"),
            row("b", any, "deny = [\"ID\"]"),
        ]
        .concat(),
    );
    let own = [row("b", any, "files-sent = 5"), row("c", any, "believe = [\"MOVE\"]")].concat();
    let profile = table(&own).before(&ours).profile(&clues());
    let ids: Vec<_> = profile.matched.iter().map(|m| (m.id.as_str(), m.own)).collect();
    assert_eq!(ids, [("b", true), ("c", true), ("a", false)]);
    assert_eq!(profile.files_sent, Some(5));
    assert_eq!(["IDLE", "MOVE", "ID"].map(|name| profile.denies(name)), [true, false, false]);
}

#[test]
fn a_faulty_row_is_named_by_its_line_and_the_others_count() {
    let good = row("a", "{ any = true }", "deny = [\"ID\"]");
    let lines = good.lines().count();
    let id = || "b".to_owned();
    for (fault, line, reason) in [
        (row("b", "{ any = true }", "deny = [\"ID\"], colour = 1"), lines + 5, None),
        ("[[server]]\nid = \"b\"\nnonsense here\n".to_owned(), lines + 3, None),
        (row("b", "{ hosts = \"x\" }", "deny = [\"ID\"]"), lines + 4, None),
        (row("B", "{ any = true }", "deny = [\"ID\"]"), lines + 1, Some(Reason::Id)),
        (row("a", "{ any = true }", "deny = [\"X\"]"), lines + 1, Some(Reason::Twice("a".into()))),
        (row("b", "", "deny = [\"ID\"]"), lines + 1, Some(Reason::NoClue(id()))),
        (row("b", "{ any = false }", "deny = [\"ID\"]"), lines + 1, Some(Reason::NoClue(id()))),
        (row("b", "{ any = true }", ""), lines + 1, Some(Reason::NoTreatment(id()))),
        (
            row("b", "{ host = \"Example.com\" }", "deny = [\"ID\"]"),
            lines + 1,
            Some(Reason::Value { id: id(), field: "when" }),
        ),
        (
            row("b", "{ greeting = \"\" }", "deny = [\"ID\"]"),
            lines + 1,
            Some(Reason::Value { id: id(), field: "when" }),
        ),
        (
            row("b", "{ any = true }", "deny = [\"idle\"]"),
            lines + 1,
            Some(Reason::Value { id: id(), field: "deny" }),
        ),
        (
            row("b", "{ any = true }", "files-sent = 0"),
            lines + 1,
            Some(Reason::Value { id: id(), field: "files-sent" }),
        ),
    ] {
        let text = format!("{good}{fault}{}", row("z", "{ any = true }", "deny = [\"ID\"]"));
        let (table, faults) = Table::read(&text);
        let ids: Vec<_> = table.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["a", "z"], "{fault}");
        assert_eq!(faults.len(), 1, "{fault}: {faults:?}");
        assert_eq!(faults[0].line, Some(line), "{fault}: {faults:?}");
        match reason {
            Some(reason) => assert_eq!(faults[0].reason, reason, "{fault}"),
            None => assert!(matches!(faults[0].reason, Reason::Syntax(_)), "{faults:?}"),
        }
    }
    let large = " ".repeat(FILE_MAX + 1);
    assert_eq!(Table::read(&large).1, [Fault { line: None, reason: Reason::TooLarge }]);
    let many: String = (0..=ROWS_MAX)
        .map(|n| row(&format!("r{n}"), "{ any = true }", "deny = [\"ID\"]"))
        .collect();
    let (table, faults) = Table::read(&many);
    assert_eq!((table.rows.len(), faults.len()), (ROWS_MAX, 1));
}

proptest::proptest! {
    #[test]
    fn any_text(text: String, greeting: String, value: String) {
        let _ = Table::read(&text);
        let _ = Table::read(&format!("[[server]]\n{text}"));
        let mut clues = Clues::of_host(&text);
        clues.greeted(&greeting);
        clues.introduced(&[(value.clone(), value)]);
        let _ = Table::builtin().profile(&clues);
    }
}

#[test]
fn a_greeting_that_names_a_host_is_no_clue() {
    for (greeting, is) in [
        ("winmail mail server ready", true),
        ("welcome to winmail.", true),
        ("(winmail) ready", true),
        ("imap.winmail-hosting.example ready", false),
        ("winmail.example.com ready", false),
        ("mywinmail ready", false),
    ] {
        let mut clues = Clues::of_host("mail.example.com");
        clues.greeted(greeting);
        let profile = Table::builtin().profile(&clues);
        assert_eq!(profile.uid_validity, is.then_some(false), "{greeting}");
    }
}
