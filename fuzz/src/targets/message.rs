use aloud::message::{
    Mail, PartRole, Permission, Problem,
    inspect::{self, ReadOptions},
    validate::validate,
};

/// A whole message, its beginning as a list would fetch it, and what the rules say of it.
pub fn message(octets: &[u8]) {
    let report = validate(octets, None);
    let text = report.to_json("-").to_string();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());

    let mail = Mail::read(octets, &ReadOptions::default());
    check(&mail, octets, &ReadOptions::default(), 0);
    if octets.len().is_multiple_of(8) {
        let again = Mail::read(octets, &ReadOptions::default());
        assert_eq!(
            aloud::cli::inspect::to_json(&again, "-"),
            aloud::cli::inspect::to_json(&mail, "-")
        );
    }
    let half = octets.get(..octets.len() / 2).unwrap_or_default();
    let options = ReadOptions::prefix(octets.len() as u64);
    let prefix = Mail::read(half, &options);
    check(&prefix, half, &options, 0);
    let missing = |p: &Problem| matches!(p, Problem::UnclosedMultipart | Problem::UnclosedMessage);
    assert!(!prefix.problems.iter().any(missing), "{:?}", prefix.problems);
}

fn check(mail: &Mail, raw: &[u8], options: &ReadOptions, level: usize) {
    if level == 0 {
        let value = aloud::cli::inspect::to_json(mail, "-");
        let text = value.to_string();
        assert!(!text.contains('\u{0}'));
        let back: serde_json::Value = serde_json::from_str(&text).expect("JSON is JSON");
        assert_eq!(back, value);
    }
    assert!(level <= inspect::FORWARD_DEPTH);
    assert!(mail.forwarded.len() <= mail.parts.len());
    for permission in [&mail.may_reply, &mail.may_forward, &mail.may_save] {
        if let Permission::Refused(reason) = permission {
            assert!(!aloud::wording::refusal::refusal(reason).trim().is_empty());
        }
    }
    if let Some(receipt) = &mail.receipt {
        assert!(receipt.may_send || receipt.reason.is_some(), "no receipt and no reason");
    }
    // What blocks inside blocks the whole.
    for inner in &mail.forwarded {
        assert!(mail.may_save.is_allowed() <= inner.may_save.is_allowed(), "private inside");
        check(inner, &[], options, level + 1);
    }
    for path in &mail.playing_order {
        assert!(mail.part(path).is_some(), "order names part {path}");
    }
    for part in inspect::primary_audio(mail) {
        assert!(part.role != PartRole::Text);
    }
    if level == 0 {
        for part in mail.parts.iter().take(8) {
            let body = inspect::body_with(raw, &part.path, options).expect("a part that is listed");
            // A message that Outlook encloses is written anew.
            let most = match part.role {
                PartRole::Original => raw.len() * 8 + 1024,
                _ => raw.len() * 3 + 16,
            };
            assert!(body.octets.len() <= most, "content grew");
        }
    }
}
