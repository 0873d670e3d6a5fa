use aloud::{
    message::{Mail, Report, dsn, inspect::ReadOptions, mdn},
    wording::delivery,
};

use super::choice;

/// Machine-readable parts of reports, alone and inside a whole report.
pub fn report(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    match choice % 4 {
        0 => {
            let mdn = mdn::parse(octets);
            assert_eq!(mdn, mdn::parse(octets));
            assert!(mdn.modifiers.len() <= 16 && mdn.errors.len() <= 16);
        }
        1 => {
            let list = dsn::parse(octets);
            assert!(list.len() <= 1_000);
            for dsn in list.iter().take(100) {
                let sentence = delivery::sentence(dsn);
                assert!(!sentence.trim().is_empty(), "{dsn:?}");
                let class = dsn.status.as_bytes().first();
                // None where the report states none.
                assert!(matches!(class, None | Some(b'2' | b'4' | b'5')), "{}", dsn.status);
            }
        }
        2 => {
            if let Ok(text) = std::str::from_utf8(octets) {
                let coded = dsn::xtext(text);
                assert_eq!(dsn::unxtext(&coded).as_deref(), Some(text));
                let _ = dsn::unxtext(text);
                assert!(dsn::envid(text).is_none_or(|id| id.len() <= dsn::ENVID_MAX));
            }
        }
        _ => {
            for kind in ["delivery-status", "disposition-notification"] {
                let head = format!(
                    "From: <>\r\nContent-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n\
                     --b\r\n\r\nText\r\n--b\r\nContent-Type: message/{kind}\r\n\r\n"
                );
                let raw = [head.as_bytes(), octets, b"\r\n--b--\r\n"].concat();
                let mail = Mail::read(&raw, &ReadOptions::default());
                if let Some(Report::Dsn(list)) = &mail.report {
                    assert!(list.iter().all(|dsn| !delivery::sentence(dsn).is_empty()));
                }
                // Nothing is sent in answer to a report.
                assert!(mail.receipt.is_none_or(|receipt| !receipt.may_send));
            }
        }
    }
}
