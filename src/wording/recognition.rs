//! Why a message is what it is, and what is wrong with a table of voice mail systems, in words.

use crate::message::{
    Evidence,
    recognize::{Found, Sign},
    vendors::{Fault, Place, ROWS_MAX, Reason},
};
use crate::model::MessageKind;

/// All that decided the kind, as one line.
#[must_use]
pub fn because(evidence: &[Evidence]) -> String {
    let mut line = String::new();
    let mut signs = 0;
    let fax = evidence.contains(&Evidence::General(MessageKind::Fax));
    for one in evidence {
        let said = match one {
            Evidence::Sign(Sign::Alone) if fax => fl!("sign-alone-fax"),
            _ => sentence(one),
        };
        let between = match one {
            Evidence::Sign(_) if signs == 0 => ": ",
            Evidence::Sign(_) => ", ",
            _ => "; ",
        };
        signs += usize::from(matches!(one, Evidence::Sign(_)));
        if !line.is_empty() {
            line.push_str(between);
        }
        line.push_str(&said);
    }
    line
}

/// One thing that decided: no capital, no full stop.
#[must_use]
pub fn sentence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Report => "multipart/report".into(),
        Evidence::ReportType(named) => format!("report-type={named}"),
        Evidence::NotificationPart => {
            fl!("evidence-part", kind = "message/disposition-notification")
        }
        Evidence::StatusPart => fl!("evidence-part", kind = "message/delivery-status"),
        Evidence::VoiceStructure => "multipart/voice-message".into(),
        Evidence::FaxStructure => "multipart/fax-message".into(),
        Evidence::Context(context) => format!("Message-Context: {context}"),
        Evidence::MarkedPart => fl!("evidence-marked-part"),
        Evidence::FaxApplication => fl!("evidence-faxbw"),
        Evidence::FaxAlone => fl!("evidence-tiff-alone"),
        Evidence::Vendor(found) => mark(found),
        Evidence::General(MessageKind::Fax) => fl!("evidence-looks-fax"),
        Evidence::General(_) => fl!("evidence-looks-voice"),
        Evidence::Sign(found) => sign(*found),
        Evidence::AudioPart => fl!("evidence-audio"),
        Evidence::TiffPart => fl!("evidence-tiff"),
    }
}

fn sign(sign: Sign) -> String {
    match sign {
        Sign::Alone => fl!("sign-alone"),
        Sign::System => fl!("sign-system"),
        Sign::Robot => fl!("sign-robot"),
        Sign::NumberSender => fl!("sign-number-sender"),
        Sign::SubjectWords => fl!("sign-subject-words"),
        Sign::SubjectNumber => fl!("sign-subject-number"),
        Sign::SubjectMessage => fl!("sign-subject-message"),
        Sign::TextWords => fl!("sign-text-words"),
        Sign::Caller => fl!("sign-caller"),
        Sign::Length => fl!("sign-length"),
        Sign::Pages => fl!("sign-pages"),
        Sign::Transcript => fl!("sign-transcript"),
        Sign::FileName => fl!("sign-file-name"),
        Sign::TelephoneSound => fl!("sign-telephone-sound"),
        Sign::FaxPage => fl!("sign-fax-page"),
        Sign::ListMail => fl!("sign-list"),
        Sign::Titles => fl!("sign-titles"),
        Sign::Stereo => fl!("sign-stereo"),
        Sign::Answer => fl!("sign-answer"),
        Sign::Several => fl!("sign-several"),
        Sign::Long => fl!("sign-long"),
        Sign::OtherLength => fl!("sign-other-length"),
        Sign::Bill => fl!("sign-bill"),
        Sign::OtherText => fl!("sign-other-text"),
        Sign::OtherThing => fl!("sign-other-thing"),
        Sign::Person => fl!("sign-person"),
        Sign::SentFax => fl!("sign-sent-fax"),
        Sign::Scan => fl!("sign-scan"),
    }
}

fn mark(found: &Found) -> String {
    let place = match (found.place, &found.value) {
        (Place::Header, Some(value)) => format!("{}: {value}", found.field),
        (Place::Header, None) => fl!("evidence-field", name = found.field.as_str()),
        (Place::Subject, _) => fl!("evidence-subject"),
        (Place::From, _) => fl!("evidence-from"),
        (Place::FromAddress, _) => fl!("evidence-from-address"),
        (Place::MessageId, _) => fl!("evidence-message-id"),
        (Place::Type, _) => fl!("evidence-type"),
        (Place::Boundary, _) => fl!("evidence-boundary"),
        (Place::Description, _) => fl!("evidence-description"),
        (Place::ContentId, _) => fl!("evidence-content-id"),
        (Place::Filename, _) => fl!("evidence-filename"),
        (Place::TypeParam | Place::DispositionParam, _) => {
            fl!("evidence-parameter", name = found.field.as_str())
        }
        (Place::Text, _) => fl!("evidence-text"),
    };
    let name = found.name.as_str();
    if found.likely {
        fl!("evidence-probably", place = place, name = name)
    } else {
        fl!("evidence-mark", place = place, name = name)
    }
}

/// What is wrong with a table of voice mail systems, with the line.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    let reason = match &fault.reason {
        Reason::TooLarge => fl!("fault-too-large"),
        Reason::TooManyRows => fl!("fault-too-many-rows", limit = ROWS_MAX),
        Reason::TooManyWords => fl!("fault-too-many-words"),
        Reason::Syntax(said) => said.clone(),
        Reason::Id => fl!("fault-id"),
        Reason::StandardId(id) => fl!("fault-standard-id", id = id),
        Reason::NoMark(id) => fl!("fault-no-mark", id = id),
        Reason::Asterisks { id, like } => fl!("fault-asterisks", id = id, like = like),
    };
    match fault.line {
        Some(line) => fl!("fault-line", line = line, reason = reason),
        None => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_names_its_place_and_its_system() {
        let found = Found {
            id: "asterisk".into(),
            name: "Asterisk".into(),
            place: Place::Header,
            field: "X-Asterisk-CallerID".into(),
            value: None,
            likely: false,
        };
        let said = |found: &Found| sentence(&Evidence::Vendor(found.clone()));
        assert_eq!(said(&found), "the field X-Asterisk-CallerID (Asterisk)");
        let exact = Found { value: Some("voice".into()), ..found.clone() };
        assert_eq!(said(&exact), "X-Asterisk-CallerID: voice (Asterisk)");
        let subject = Found { place: Place::Subject, likely: true, ..found };
        assert_eq!(said(&subject), "probably: the form of the subject (Asterisk)");
    }

    #[test]
    fn the_reason_names_the_signs() {
        let evidence = [Sign::SubjectWords, Sign::Alone, Sign::Caller].map(Evidence::Sign);
        let all = [&[Evidence::General(MessageKind::Voice)][..], &evidence].concat();
        assert_eq!(
            because(&all),
            "looks like voice mail: words for it in the subject, one recording and nothing else, \
             the caller’s number on a line of its own"
        );
        let fax = [Evidence::General(MessageKind::Fax), Evidence::Sign(Sign::Alone)];
        assert_eq!(because(&fax), "looks like a fax: one file of pages and nothing else");
    }

    #[test]
    fn a_fault_names_its_line() {
        let said = |line, reason| fault(&Fault { line, reason });
        assert_eq!(
            said(Some(3), Reason::NoMark("own".into())),
            "line 3: own has no mark, so nothing is known by it"
        );
        assert_eq!(
            said(None, Reason::TooLarge),
            "the table is larger than 1 MiB; nothing of it is used"
        );
        assert_eq!(said(Some(9), Reason::TooManyRows), "line 9: only the first 500 rows are used");
    }
}
