//! `aloud address parse` and `aloud address build`: telephone numbers inside mail addresses
//! (RFC 3804, 3191, 3192, 2846; RFC 2421 section 4.1.1).
//!
//! Nothing is looked up or dialled. Tests: below, and `tests/cli/address.rs`.

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, Outcome, in_file, inspect::read_input, print};
use crate::{
    message::address::{self, Kind, NumberError, Parsed, Typed},
    wording,
};

/// Arguments of `aloud address`.
#[derive(Debug, Args)]
pub struct AddressArgs {
    #[command(subcommand)]
    command: AddressCommand,
}

#[derive(Debug, Subcommand)]
enum AddressCommand {
    /// Say what addresses name.
    Parse(ParseArgs),
    /// Make an address of its parts.
    Build(BuildArgs),
}

#[derive(Debug, Args)]
struct ParseArgs {
    /// Addresses, with or without a display name; `-` reads one a line from standard input.
    #[arg(required = true, value_name = "ADDR", allow_hyphen_values = true)]
    addresses: Vec<String>,
    /// One JSON object a line and address.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// What the address names.
    #[arg(long = "type", value_enum)]
    kind: Service,
    /// With `--type other`: the service, such as MMS.
    #[arg(long, value_name = "NAME", required_if_eq("kind", "other"))]
    service: Option<String>,
    /// The number, with or without separators: `+` and country code, or as it is dialled there.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    number: Option<String>,
    /// Extension; for a mailbox and VPIM.
    #[arg(long, value_name = "E")]
    ext: Option<String>,
    /// Distribution list; for VPIM.
    #[arg(long, value_name = "L")]
    dl: Option<String>,
    /// ISUB, POSTD, T33S, SYSNUM, ATTN or another; may be repeated. Several subaddresses (ISUB, T33S)
    /// make an address each.
    #[arg(long = "qualifier", value_name = "NAME=VALUE")]
    qualifiers: Vec<String>,
    /// Domain of the voice mail system or gateway.
    #[arg(long, value_name = "D")]
    domain: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Service {
    Mailbox,
    Vpim,
    Voice,
    Amis,
    Fax,
    Sms,
    Other,
}

impl From<Service> for Kind {
    fn from(service: Service) -> Self {
        match service {
            Service::Mailbox => Self::Mailbox,
            Service::Vpim => Self::Vpim,
            Service::Voice => Self::Voice,
            Service::Amis => Self::Amis,
            Service::Fax => Self::Fax,
            Service::Sms => Self::Sms,
            Service::Other => Self::Other,
        }
    }
}

/// Runs it.
///
/// # Errors
/// [`Failure::Failed`] for parts that make no address, or when standard input cannot be read;
/// [`Failure::Usage`] for a qualifier without a value.
pub fn address(args: AddressArgs) -> Outcome {
    match args.command {
        AddressCommand::Parse(args) => parse(&args),
        AddressCommand::Build(args) => print(&(build(args)?.join("\n") + "\n")),
    }
}

fn parse(args: &ParseArgs) -> Outcome {
    let mut out = String::new();
    for argument in &args.addresses {
        if argument != "-" {
            say(argument, args.json, &mut out);
            continue;
        }
        let input = read_input("-").map_err(|error| in_file(fl!("cli-standard-input"), error))?;
        let text = String::from_utf8_lossy(&input);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            say(line, args.json, &mut out);
        }
    }
    print(&out)
}

fn say(text: &str, json: bool, out: &mut String) {
    let parsed = address::parse(text);
    if json {
        *out += &format!("{}\n", json_of(text, &parsed));
        return;
    }
    let shown = crate::message::display::clean(text);
    *out += &format!(
        "{shown}: {}, {}\n",
        wording::address::kind(&parsed),
        wording::address::shown(text, &parsed)
    );
    let facts = [
        (fl!("cli-number"), &parsed.number),
        (fl!("cli-extension"), &parsed.ext),
        (fl!("cli-list"), &parsed.dl),
        (fl!("cli-domain"), &parsed.domain),
    ];
    for (label, value) in facts {
        if let Some(value) = value {
            *out += &format!("  {label:<12}{value}\n");
        }
    }
    for (name, value) in &parsed.qualifiers {
        // JSON has them as they are.
        let value = match name.as_str() {
            "POSTD" => wording::address::masked(value),
            _ => crate::message::display::clean(value),
        };
        *out += &format!("  {name:<12}{value}\n");
    }
    let faults = parsed.problems.iter().map(wording::address::fault);
    for note in wording::address::toll(&parsed).into_iter().chain(faults) {
        *out += &format!("  {:<12}{note}\n", fl!("cli-note"));
    }
}

/// One JSON object: type, number, ext, dl, qualifiers, domain, display, problems.
fn json_of(text: &str, parsed: &Parsed) -> serde_json::Value {
    let mut qualifiers = serde_json::Map::new();
    for (key, value) in &parsed.qualifiers {
        qualifiers.entry(key.clone()).or_insert_with(|| value.clone().into());
    }
    let faults: Vec<String> = parsed.problems.iter().map(wording::address::fault).collect();
    serde_json::json!({
        "type": parsed.kind.as_str(),
        "number": parsed.number,
        "ext": parsed.ext,
        "dl": parsed.dl,
        "qualifiers": qualifiers,
        "domain": parsed.domain,
        "display": wording::address::shown(text, parsed),
        "problems": faults,
    })
}

fn build(args: BuildArgs) -> Result<Vec<String>, Failure> {
    let mut qualifiers = Vec::new();
    for given in &args.qualifiers {
        let (name, value) = given
            .split_once('=')
            .ok_or_else(|| Failure::Usage(fl!("cli-bad-qualifier", given = given)))?;
        qualifiers.push((name.to_ascii_uppercase(), value.to_owned()));
    }
    let failed = |reason: String| Failure::Failed(reason);
    // AMIS numbers have a form of their own, whose plus signs separate.
    let mut ext = args.ext;
    let number = match args.number {
        Some(number) if args.kind == Service::Amis => Some(number),
        Some(number) => {
            let typed = Typed::read(&number, Some(&args.domain))
                .map_err(|error| failed(wording::address::number(&error)))?;
            for note in &typed.notes {
                eprintln!("aloud: {}", wording::address::note(note));
            }
            let mailbox = matches!(args.kind, Service::Mailbox | Service::Vpim);
            match typed.extension {
                Some(digits) if !mailbox => qualifiers.push(("POSTD".into(), format!("p{digits}"))),
                Some(digits) if ext.is_none() => ext = Some(digits),
                Some(_) => return Err(failed(wording::address::number(&NumberError::Extension))),
                None => {}
            }
            Some(typed.number.as_str().to_owned())
        }
        None => None,
    };
    let parts = Parsed {
        kind: args.kind.into(),
        service: args.service,
        number,
        ext,
        dl: args.dl,
        qualifiers,
        domain: Some(args.domain),
        ..Parsed::default()
    };
    address::build_each(&parts)
        .map(|made| made.iter().map(ToString::to_string).collect())
        .map_err(|error| failed(wording::address::build(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use proptest::prelude::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        args: AddressArgs,
    }

    fn built(options: &[String]) -> Result<Vec<String>, Failure> {
        let line = ["aloud", "build"].into_iter().map(str::to_owned).chain(options.iter().cloned());
        match Program::try_parse_from(line).expect("arguments").args.command {
            AddressCommand::Build(args) => build(args),
            AddressCommand::Parse(_) => unreachable!("asked for the other"),
        }
    }

    prop_compose! {
        fn options()(
            kind in prop_oneof![
                Just("mailbox"), Just("vpim"), Just("voice"), Just("fax"), Just("sms"), Just("other")
            ],
            number in prop_oneof!["\\+(44|49|852)[1-9][0-9]{6,10}", "[1-9][0-9]{0,14}"],
            ext in proptest::option::of("[0-9]{1,5}"),
            dl in proptest::option::of("[0-9]{1,3}"),
            isub in proptest::option::of("[0-9]{1,4}"),
            attn in proptest::option::of("[A-Za-z][A-Za-z .]{0,10}[a-z]"),
        ) -> (Vec<String>, Parsed) {
            let vpim = kind == "vpim";
            let qualifiers: Vec<(String, String)> = [("ISUB", isub), ("ATTN", attn)]
                .into_iter()
                .filter(|_| kind != "mailbox")
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect();
            let wanted = Parsed {
                kind: Kind::from_word(kind).expect("a kind"),
                service: (kind == "other").then(|| "MMS".into()),
                number: Some(number),
                ext: ext.filter(|_| vpim || kind == "mailbox"),
                dl: dl.filter(|_| vpim),
                qualifiers,
                domain: Some("gw.example.com".into()),
                ..Parsed::default()
            };
            let mut line = vec![format!("--type={kind}"), "--domain=gw.example.com".into()];
            let named = [
                ("service", &wanted.service), ("number", &wanted.number),
                ("ext", &wanted.ext), ("dl", &wanted.dl),
            ];
            line.extend(named.into_iter().filter_map(|(name, value)| {
                Some(format!("--{name}={}", value.as_ref()?))
            }));
            line.extend(wanted.qualifiers.iter().map(|(n, v)| format!("--qualifier={n}={v}")));
            (line, wanted)
        }
    }

    proptest! {
        #[test]
        fn what_is_built_is_parsed_back((line, wanted) in options()) {
            let addr = built(&line).expect("an address");
            let back = address::parse(&addr.concat());
            prop_assert_eq!(back, wanted);
        }
    }
}
