//! Addresses: RFC 3801 section 4.1, RFC 3804, 3191, 3192, 2846; the calling line (RFC 3939).

use super::{
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict},
    scene::{Listed, Scene},
};
use crate::{
    address::{self, Kind, LOCAL_MAX},
    view::encoding,
};
use aloud_model::AddrSpec;

pub(super) const RULES: &[Rule] = &[
    Rule::new("VPIM-4.1-a", Level::Must, Scope::Vpim, full_domains),
    Rule::new("VPIM-4.1.1-a", Level::Should, Scope::Vpim, numeric_mailbox),
    Rule::new("VPIM-4.1.1-c", Level::Should, Scope::Vpim, public_numbers)
        .note("RFC 3801 adds that numbers follow E.164"),
    Rule::new("VPIM-4.1.1-f", Level::Must, Scope::Vpim, ascii_mailboxes),
    Rule::new("VPIM-4.1.2-a", Level::MustNot, Scope::Voice, no_answer_to_outside)
        .note("RFC 3801; RFC 2421 says SHOULD NOT"),
    Rule::new("VPIM-4.1.2-b", Level::ShouldNot, Scope::Report, no_report_to_outside),
    Rule::new("VPIM-4.1.3-b", Level::Should, Scope::Voice, lists_are_not_named)
        .note("RFC 3801; RFC 2421 says MUST"),
    Rule::new("ADR-4.2.1-b", Level::Must, Scope::All, extensions),
    Rule::new("ADR-4.2.3-a", Level::Must, Scope::All, amis_limits),
    Rule::new("ADR-4.2.3-b", Level::Must, Scope::All, system_numbers),
    Rule::new("ADR-4.2.4-a", Level::Must, Scope::All, fax_addresses),
    Rule::new("GSTN-2-a", Level::Must, Scope::All, selectors),
    Rule::new("GSTN-2.1-a", Level::Must, Scope::All, global_numbers),
    Rule::new("GSTN-2.1-b", Level::Must, Scope::All, separators),
    Rule::new("GSTN-4-a", Level::Must, Scope::All, slashes),
    Rule::new("GSTN-4-b", Level::Must, Scope::All, quoting),
    Rule::new("GSTN-2846-3-a", Level::Should, Scope::All, local_length),
    Rule::new("CLID-3-a", Level::Must, Scope::All, caller_id),
    Rule::new("CLID-4-a", Level::Must, Scope::All, caller_name),
];

fn complete<'s>(s: &'s Scene<'_>) -> impl Iterator<Item = (&'s Listed, &'s AddrSpec)> {
    s.addresses.iter().filter_map(|l| Some((l, l.mailbox.addr.as_ref()?)))
}

/// The local part without quotes.
fn local(addr: &AddrSpec) -> String {
    let local = addr.local_part();
    let inner = local.strip_prefix('"').and_then(|l| l.strip_suffix('"'));
    inner.map_or_else(|| local.to_owned(), |inner| inner.replace('\\', ""))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())
}

fn full_domains(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for listed in &s.addresses {
        let whole = listed.mailbox.addr.as_ref().is_some_and(|addr| {
            let domain = addr.domain();
            domain.starts_with('[') || lex::is_dot_atom(domain) && domain.contains('.')
        });
        f.expect(whole, || {
            let addr = listed.mailbox.addr.as_ref().map(ToString::to_string);
            let shown = addr.or_else(|| listed.mailbox.name.clone()).unwrap_or_default();
            format!("{}: “{shown}” is not mailbox@fully-qualified-domain", listed.field)
        });
    }
    f.verdict("every address has a full domain", "no addresses")
}

fn numeric_mailbox(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for addr in s.in_field("From").filter_map(|m| m.addr.as_ref()) {
        let local = local(addr);
        let number = local.strip_prefix('+').unwrap_or(&local);
        let numeric = number.split('+').all(digits) && number.split('+').count() <= 2;
        let outside = addr.is_non_mail_user();
        f.expect(numeric || outside, || format!("From: the mailbox “{local}” is not a number"));
    }
    f.verdict("the sender’s mailbox is a number", "no sender")
}

fn public_numbers(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (listed, addr) in complete(s) {
        let local = local(addr);
        let Some(rest) = local.strip_prefix('+') else { continue };
        let mut pieces = rest.split('+');
        let number = pieces.next().unwrap_or_default();
        let legal = digits(number) && number.len() <= 15 && !number.starts_with('0');
        f.expect(legal && pieces.clone().count() <= 1 && pieces.all(digits), || {
            format!("{}: “{local}” is not + country code and number", listed.field)
        });
    }
    f.verdict("public numbers are + and at most 15 digits", "no public number")
}

fn ascii_mailboxes(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for listed in s.recipients() {
        if let Some(addr) = &listed.mailbox.addr {
            let local = local(addr);
            f.expect(local.chars().all(|c| matches!(c, ' '..='~')), || {
                format!("{}: “{local}” is not printable ASCII", listed.field)
            });
        }
    }
    f.verdict("printable ASCII before every @", "no recipients are named")
}

fn outside(listed: &Listed) -> bool {
    listed.mailbox.addr.as_ref().is_some_and(AddrSpec::is_non_mail_user)
}

fn no_answer_to_outside(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for listed in s.recipients() {
        f.expect(!outside(listed), || format!("{} names non-mail-user", listed.field));
    }
    f.verdict("nobody outside the mail system is addressed", "no recipients are named")
}

fn no_report_to_outside(s: &Scene<'_>) -> Verdict {
    no_answer_to_outside(s)
}

fn lists_are_not_named(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for listed in s.recipients() {
        let list = listed.mailbox.addr.as_ref().and_then(|a| address::parse(a.as_str()).dl);
        f.expect(list.is_none(), || {
            format!("{} names the list {}", listed.field, list.clone().unwrap_or_default())
        });
    }
    f.verdict("no list among the recipients that are named", "no recipients are named")
}

/// An address for a gateway: selector, number, qualifiers, read without leniency.
struct Gateway<'a> {
    field: &'static str,
    local: String,
    addr: &'a AddrSpec,
}

impl Gateway<'_> {
    fn inner(&self) -> &str {
        let local = self.local.strip_prefix('/').unwrap_or(&self.local);
        local.strip_suffix('/').unwrap_or(local)
    }

    fn first(&self) -> &str {
        self.inner().split('/').next().unwrap_or_default()
    }

    /// In upper case; empty where there is none.
    fn selector(&self) -> String {
        self.first().split_once('=').map(|(key, _)| key.to_ascii_uppercase()).unwrap_or_default()
    }

    fn number(&self) -> &str {
        self.first().split_once('=').map_or(self.first(), |(_, number)| number)
    }

    fn qualifiers(&self) -> impl Iterator<Item = (String, &str)> {
        let items = self.inner().split('/').skip(1).filter_map(|item| item.split_once('='));
        items.map(|(key, value)| (key.to_ascii_uppercase(), value))
    }

    fn at(&self) -> String {
        format!("{}: {}", self.field, self.addr)
    }
}

fn gateways<'s>(s: &'s Scene<'_>) -> impl Iterator<Item = Gateway<'s>> {
    complete(s).filter_map(|(listed, addr)| {
        let local = local(addr);
        let kind = address::parse(addr.as_str()).kind;
        let telephone = matches!(
            kind,
            Kind::Vpim | Kind::Voice | Kind::Amis | Kind::Fax | Kind::Sms | Kind::Other
        );
        let keyed = local.contains('=') && local.contains(|c: char| c.is_ascii_digit());
        let known = ["VPIM=", "VOICE=", "AMIS=", "FAX=", "SMS="].iter().any(|key| {
            let start = local.trim_start_matches('/').get(..key.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(key))
        });
        let extended = local.to_ascii_uppercase().contains("/EXT=");
        (telephone && keyed || known || extended).then_some(Gateway {
            field: listed.field,
            local,
            addr,
        })
    })
}

const NO_GATEWAY: &str = "no telephone address (RFC 3804)";

fn over_gateways(s: &Scene<'_>, pass: &str, each: fn(&Gateway<'_>, &mut Findings)) -> Verdict {
    let mut f = Findings::default();
    for gateway in gateways(s) {
        each(&gateway, &mut f);
    }
    f.verdict(pass, NO_GATEWAY)
}

fn extensions(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "extensions and lists are digits", |g, f| {
        f.look();
        for (key, value) in g.qualifiers().filter(|(key, _)| key == "EXT" || key == "DL") {
            f.expect(digits(value), || format!("{}: {key} is not digits", g.at()));
        }
    })
}

fn amis_limits(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "AMIS numbers keep to their limits", |g, f| {
        if g.selector() != "AMIS" {
            return;
        }
        let number = g.number();
        let count = number.bytes().filter(u8::is_ascii_digit).count();
        let most = if number.starts_with('0') { 14 } else { 15 };
        f.expect(number.bytes().all(|c| c.is_ascii_digit() || c == b'+'), || {
            format!("{}: an AMIS mailbox is digits and +", g.at())
        });
        // Number, `+` and mailbox of at most 16 digits; 32 characters in all.
        f.expect(number.len() <= 32 && count <= most + 16, || format!("{}: too long", g.at()));
        let mailbox = number.rsplit('+').next().unwrap_or_default();
        f.expect(mailbox.len() <= 16, || format!("{}: more than 16 digits of mailbox", g.at()));
    })
}

fn system_numbers(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "SYSNUM stands with AMIS only, as digits and +", |g, f| {
        for (_, value) in g.qualifiers().filter(|(key, _)| key == "SYSNUM") {
            f.expect(g.selector() == "AMIS", || format!("{}: SYSNUM without AMIS", g.at()));
            let legal = value.bytes().all(|c| c.is_ascii_digit() || c == b'+');
            f.expect(legal && !value.is_empty(), || {
                format!("{}: SYSNUM is not digits and +", g.at())
            });
        }
    })
}

fn fax_addresses(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "fax addresses are FAX= number [/T33S= digits]", |g, f| {
        if g.selector() != "FAX" {
            return;
        }
        let dialled = |c: char| c.is_ascii_digit() || "+-.#*ABCDabcdpw".contains(c);
        let post = g.qualifiers().any(|(key, _)| key == "POSTD");
        let number = g.number();
        f.expect((!number.is_empty() || post) && number.chars().all(dialled), || {
            format!("{}: “{number}” is no number", g.at())
        });
        for (_, value) in g.qualifiers().filter(|(key, _)| key == "T33S") {
            f.expect(digits(value), || format!("{}: T33S is not digits", g.at()));
        }
    })
}

fn selectors(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "selectors are letters, digits and hyphens", |g, f| {
        let selector = g.selector();
        f.expect(selector.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), || {
            format!("{}: “{selector}”", g.at())
        });
    })
}

fn global_numbers(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "+ starts global numbers only", |g, f| {
        if g.selector() == "AMIS" {
            return;
        }
        let number = g.number();
        let global = number.strip_prefix('+').is_none_or(|rest| {
            rest.chars().all(|c| c.is_ascii_digit() || "-.+".contains(c)) && !rest.is_empty()
        });
        f.expect(global, || format!("{}: + before what is dialled locally", g.at()));
    })
}

fn separators(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "no separators inside numbers", |g, f| {
        f.look();
        if g.number().contains(['-', '.']) {
            f.doubt(format!("{}: separators are allowed and not recommended", g.at()));
        }
    })
}

fn slashes(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "no slash before or after", |g, f| {
        f.look();
        if g.inner().len() != g.local.len() {
            f.doubt(format!("{}: a slash at the end is accepted and should not be made", g.at()));
        }
    })
}

fn quoting(s: &Scene<'_>) -> Verdict {
    over_gateways(s, "quoted exactly where the mail syntax needs it", |g, f| {
        let quoted = g.addr.local_part().starts_with('"');
        f.expect(!(quoted && lex::is_dot_atom(&g.local)), || {
            format!("{}: quoted without need", g.at())
        });
    })
}

fn local_length(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (listed, addr) in complete(s) {
        let length = addr.local_part().len();
        f.expect(length <= LOCAL_MAX, || {
            format!("{}: {length} octets before the @, 64 is the limit of mail", listed.field)
        });
    }
    f.verdict("at most 64 octets before every @", "no addresses")
}

fn caller_id(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let count = s.header().all("caller-id").count();
    for value in s.header().all("caller-id") {
        let text = lex::unfolded(value);
        let (number, plan) = match text.split_once(',') {
            Some((number, plan)) => (number.trim(), Some(plan.trim())),
            None => (text.as_str(), None),
        };
        f.expect(digits(number), || format!("“{number}” is not digits only"));
        if let Some(plan) = plan {
            let named = plan
                .split_once('=')
                .filter(|(key, _)| key.trim().eq_ignore_ascii_case("NumberingPlan"));
            let plan_name = named.map(|(_, plan)| plan.trim().to_ascii_lowercase());
            let known = plan_name
                .as_deref()
                .is_some_and(|p| matches!(p, "unknown" | "local" | "e164") || p.starts_with("x-"));
            f.expect(known, || format!("“{plan}” is no numbering plan"));
            if plan_name.as_deref() == Some("e164") {
                f.expect(number.len() <= 15, || "more than 15 digits of E.164".into());
            }
        }
    }
    if count > 1 {
        f.bad(format!("{count} Caller-ID fields"));
    }
    f.verdict("digits, and a known numbering plan or none", "no Caller-ID")
}

fn caller_name(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in s.header().all("caller-name") {
        let name = encoding::unstructured(value);
        let length = name.trim().chars().count();
        f.expect((1..=50).contains(&length), || {
            format!("{length} characters; 1 to 50 are allowed")
        });
    }
    f.verdict("at most 50 characters", "no Caller-Name")
}

#[cfg(test)]
mod tests {
    use super::{super::scene::ADDRESS_FIELDS, *};

    #[test]
    fn every_address_field_is_looked_at() {
        for field in ADDRESS_FIELDS {
            let raw = format!("{field}: VPIM=613/EXT=x@gw.example.com\r\n\r\n");
            let scene = Scene::read(raw.as_bytes(), false, None, true);
            assert!(matches!(extensions(&scene), Verdict::Fail(_)), "{field}");
        }
    }
}
