//! An entry of the directory as a person: `inetOrgPerson` (RFC 2798, RFC 4519) and `VPIMUser` (RFC 4237).
//!
//! Names of attributes are compared without case and options (`;lang-en`); a value that is no text is
//! left out. Bounds: [`VALUES`] values of an attribute, [`TEXT`] octets of one, [`SOUND`] of a spoken name.

use std::collections::HashMap;

use ldap3_proto::proto::LdapSearchResultEntry;

use super::Page;
use aloud_message::{
    card::{CardDoc, Email, Sound, Tel},
    display,
};
use aloud_model::{AddrSpec, voice::VoiceFormat};

/// Most values of an attribute.
const VALUES: usize = 20;
/// Most octets of a text.
const TEXT: usize = 512;
/// Most octets of a spoken name; RFC 4237 section 2.3 allows 20,000.
const SOUND: usize = 64 * 1024;

/// The attributes that are asked for.
pub(super) const ATTRIBUTES: [&str; 15] = [
    "cn",
    "displayName",
    "vPIMTextName",
    "title",
    "o",
    "l",
    "mail",
    "vPIMRfc822Mailbox",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "vPIMTelephoneNumber",
    "vPIMSupportedAudioMediaTypes",
    "vPIMExtendedAbsenceStatus",
    "objectClass",
];
/// The one more that holds the spoken name.
pub(super) const SPOKEN: &str = "vPIMSpokenName";
/// What a spoken name is (RFC 4237 section 2.3).
const SPOKEN_TYPE: &str = "audio/32KADPCM";

/// The values of an entry by the names of their attributes.
struct Values(HashMap<String, Vec<Vec<u8>>>);

impl Values {
    fn texts(&self, name: &str) -> impl Iterator<Item = String> {
        let values = self.0.get(&name.to_ascii_lowercase()).into_iter().flatten();
        values
            .filter(|value| value.len() <= TEXT)
            .filter_map(|value| str::from_utf8(value).ok())
            .map(|text| display::clean(text).trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.texts(name).next()
    }
}

/// A person; `None` for an entry without name, address and number.
pub(super) fn page(entry: LdapSearchResultEntry) -> Option<Page> {
    let mut values: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for attribute in entry.attributes {
        let name = attribute.atype.split(';').next().unwrap_or_default().to_ascii_lowercase();
        let known = values.entry(name).or_default();
        let room = VALUES.saturating_sub(known.len());
        known.extend(attribute.vals.into_iter().take(room));
    }
    let values = Values(values);
    let types: Vec<String> = values.texts("vPIMSupportedAudioMediaTypes").collect();
    let takes = |name: &str| types.iter().any(|one| one.eq_ignore_ascii_case(name));
    let boxes: Vec<AddrSpec> = addresses(&values, "vPIMRfc822Mailbox");
    // Where nothing is said, what every VPIM system takes (RFC 4237 section 2.5).
    let voice = match boxes.is_empty() {
        true => None,
        false if types.is_empty() || takes(SPOKEN_TYPE) => Some(VoiceFormat::Vpim),
        false if takes("audio/basic") => Some(VoiceFormat::Ivm),
        false => Some(VoiceFormat::Friendly),
    };
    let vpim = |addr: &AddrSpec| {
        voice == Some(VoiceFormat::Vpim) && boxes.iter().any(|own| own.same_mailbox(addr))
    };
    let mut emails: Vec<AddrSpec> = addresses(&values, "mail");
    for own in &boxes {
        if !emails.iter().any(|known| known.same_mailbox(own)) {
            emails.push(own.clone());
        }
    }
    let emails = emails.iter().enumerate().map(|(at, addr)| Email {
        addr: addr.to_string(),
        vpim: vpim(addr),
        preferred: at == 0,
    });
    let mut tels: Vec<Tel> = Vec::new();
    for (name, kinds) in [
        ("telephoneNumber", &["work", "voice"][..]),
        ("mobile", &["cell"]),
        ("facsimileTelephoneNumber", &["fax"]),
        ("vPIMTelephoneNumber", &["msg"]),
    ] {
        for number in values.texts(name) {
            // A fax number may have parameters behind it (RFC 4517 section 3.3.11).
            let number = number.split('$').next().unwrap_or_default().trim().to_owned();
            let same = |tel: &Tel| {
                crate::store::contacts::dialled(&tel.number)
                    == crate::store::contacts::dialled(&number)
            };
            if !number.is_empty() && !tels.iter().any(same) {
                let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
                tels.push(Tel { number, kinds, preferred: false });
            }
        }
    }
    let spoken = values.0.get(&SPOKEN.to_ascii_lowercase()).and_then(|values| values.first());
    let card = CardDoc {
        name: ["displayName", "vPIMTextName", "cn"].into_iter().find_map(|name| values.text(name)),
        role: values.text("title"),
        organization: values.text("o"),
        place: values.text("l"),
        emails: emails.collect(),
        tels,
        sound: spoken
            .filter(|octets| !octets.is_empty() && octets.len() <= SOUND)
            .map(|octets| Sound::Inline { media_type: SPOKEN_TYPE.into(), octets: octets.clone() }),
        ..CardDoc::default()
    };
    let blocked = values
        .text("vPIMExtendedAbsenceStatus")
        .is_some_and(|status| status.eq_ignore_ascii_case("MsgBlocked"));
    let known = card.name.is_some() || !card.emails.is_empty() || !card.tels.is_empty();
    known.then_some(Page { card, boxes, voice, blocked })
}

fn addresses(values: &Values, name: &str) -> Vec<AddrSpec> {
    values.texts(name).filter_map(|text| AddrSpec::parse(&text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use ldap3_proto::proto::LdapPartialAttribute;

    use super::*;

    fn read(attributes: &[(&str, &[&[u8]])]) -> Option<Page> {
        let attributes = attributes.iter().map(|(name, values)| LdapPartialAttribute {
            atype: (*name).to_owned(),
            vals: values.iter().map(|value| value.to_vec()).collect(),
        });
        page(LdapSearchResultEntry { dn: String::new(), attributes: attributes.collect() })
    }

    #[test]
    fn a_user_of_voice_mail_is_read() {
        let sound = [0x55; 4000];
        let page = read(&[
            ("CN;lang-en", &[b"Ada Okafor"]),
            ("mail", &[b"ada@example.com", b"not an address"]),
            ("vpimrfc822mailbox", &[b"+16135550142@vm.example.com"]),
            ("telephoneNumber", &[b"+1 613 555 0142", b"+1 613 555 0100"]),
            ("vPIMTelephoneNumber", &[b"16135550142"]),
            ("facsimileTelephoneNumber", &[b"+1 613 555 0199$fineResolution"]),
            ("vPIMSpokenName", &[&sound]),
            ("vPIMExtendedAbsenceStatus", &[b"msgblocked"]),
            ("o", &[b"Example\x1b[31m"]),
        ])
        .expect("somebody");
        assert_eq!(page.card.name.as_deref(), Some("Ada Okafor"));
        let emails: Vec<_> = page.card.emails.iter().map(|e| (e.addr.as_str(), e.vpim)).collect();
        assert_eq!(emails, [("ada@example.com", false), ("+16135550142@vm.example.com", true)]);
        let tels: Vec<_> = page.card.tels.iter().map(|tel| tel.number.as_str()).collect();
        assert_eq!(tels, ["+1 613 555 0142", "+1 613 555 0100", "+1 613 555 0199"]);
        assert!(matches!(&page.card.sound, Some(Sound::Inline { octets, .. }) if *octets == sound));
        assert_eq!((page.voice, page.blocked), (Some(VoiceFormat::Vpim), true));
        assert!(!page.card.organization.expect("a text").contains('\x1b'));
    }

    #[test]
    fn the_form_is_what_their_system_takes() {
        for (types, form) in [
            (&[][..], VoiceFormat::Vpim),
            (&[&b"Audio/32kadpcm"[..], b"audio/basic"], VoiceFormat::Vpim),
            (&[b"audio/basic"], VoiceFormat::Ivm),
            (&[b"audio/mpeg"], VoiceFormat::Friendly),
        ] {
            let mailbox: &[&[u8]] = &[b"1@vm.example.com"];
            let page =
                read(&[("vPIMRfc822Mailbox", mailbox), ("vPIMSupportedAudioMediaTypes", types)]);
            assert_eq!(page.expect("somebody").voice, Some(form), "{types:?}");
        }
    }

    #[test]
    fn what_is_no_text_or_too_long_is_left_out() {
        let long = vec![b'a'; 1 << 20];
        let many: Vec<&[u8]> = vec![b"a@example.com"; 10_000];
        assert_eq!(read(&[("cn", &[b"\xff\xfe", &long]), ("mail", &[b"\0"])]), None);
        assert_eq!(read(&[]), None);
        let page = read(&[("mail", &many), ("vPIMSpokenName", &[&long])]).expect("somebody");
        assert_eq!((page.card.emails.len(), page.card.sound), (VALUES, None));
    }
}
