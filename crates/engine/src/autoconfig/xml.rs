//! The file that Mozilla's programs look for (config-v1.1.xml, "clientConfig"): servers for incoming and
//! outgoing mail, and who gives access tokens (`oAuth2`). Text of strangers: no DTD, no entity but the five
//! of XML, bounded depth, and what stands between per cents is replaced by data once, never by what data
//! holds.

use quick_xml::{Reader, events::Event};

use super::Half;
use crate::types::{Provider, Security, Server};
use aloud_model::AddrSpec;

/// Most elements within each other.
const DEPTH: usize = 16;
/// Most servers that are looked at.
const SERVERS: usize = 40;
/// Most octets of one text.
const TEXT: usize = 1000;

/// What the file offers. A service that it has without encryption only is not offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) imap: Option<Half>,
    pub(super) smtp: Option<Half>,
}

#[derive(Default)]
struct Draft {
    smtp: bool,
    host: String,
    port: String,
    socket: String,
    user: String,
    methods: Vec<String>,
}

impl Draft {
    /// No password is taken, tokens are.
    fn wants_token(&self) -> bool {
        let password = |method: &String| method.to_ascii_lowercase().starts_with("password");
        self.methods.iter().any(|method| method.eq_ignore_ascii_case("oauth2"))
            && !self.methods.iter().any(password)
    }
}

/// Reads a file; `None` for what is none.
pub(super) fn read(octets: &[u8], address: &AddrSpec) -> Option<Offered> {
    let text = std::str::from_utf8(octets).ok()?;
    let mut reader = Reader::from_str(text);
    let mut path: Vec<Vec<u8>> = Vec::new();
    let mut found = Offered::default();
    let mut draft: Option<Draft> = None;
    let (mut said, mut count, mut is_config) = (String::new(), 0, false);
    let (mut issuer, mut wants) = (None, [false; 2]);
    loop {
        match reader.read_event().ok()? {
            // Entities of one's own are what bombs are made of.
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_ascii_lowercase();
                if path.len() >= DEPTH {
                    return None;
                }
                is_config |= path.is_empty() && name == b"clientconfig";
                if path.len() == 2 && matches!(&*name, b"incomingserver" | b"outgoingserver") {
                    let kind = tag.try_get_attribute("type").ok().flatten();
                    let kind = kind.map(|kind| kind.value.to_ascii_lowercase()).unwrap_or_default();
                    let smtp = &*name == b"outgoingserver" && kind == b"smtp";
                    let imap = &*name == b"incomingserver" && kind == b"imap";
                    count += 1;
                    draft = (count <= SERVERS && (smtp || imap))
                        .then(|| Draft { smtp, ..Draft::default() });
                }
                said.clear();
                path.push(name);
            }
            Event::End(_) => {
                let name = path.pop()?;
                if let Some(draft) = draft.as_mut().filter(|_| path.len() == 3) {
                    let text = said.trim().to_owned();
                    match &*name {
                        b"hostname" => draft.host = text,
                        b"port" => draft.port = text,
                        b"sockettype" => draft.socket = text,
                        b"username" => draft.user = text,
                        b"authentication" => draft.methods.push(text),
                        _ => {}
                    }
                }
                if path.len() == 2 && path.ends_with(&[b"oauth2".to_vec()]) && name == b"issuer" {
                    issuer = issuer.or_else(|| read_issuer(said.trim()));
                }
                if path.len() == 2
                    && let Some(draft) = draft.take()
                {
                    let [wants_imap, wants_smtp] = &mut wants;
                    let (place, wants) = match draft.smtp {
                        true => (&mut found.smtp, wants_smtp),
                        false => (&mut found.imap, wants_imap),
                    };
                    if place.is_none() {
                        *place = half(&draft, address);
                        *wants = draft.wants_token();
                    }
                }
                said.clear();
            }
            Event::Text(text) => push(&mut said, &text.decode().ok()?)?,
            Event::CData(text) => push(&mut said, &text.decode().ok()?)?,
            Event::GeneralRef(name) => {
                let name = name.decode().ok()?;
                push(&mut said, &quick_xml::escape::unescape(&format!("&{name};")).ok()?)?;
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    for (half, wants) in [&mut found.imap, &mut found.smtp].into_iter().zip(wants) {
        if let Some(half) = half.as_mut().filter(|half| wants && half.provider.is_none()) {
            half.provider = issuer.clone().map(Provider::Issuer);
        }
    }
    (is_config && path.is_empty()).then_some(found)
}

/// An issuer, which files write as an https address or as a host.
fn read_issuer(text: &str) -> Option<String> {
    let rest = match text.split_once("://") {
        Some(("https", rest)) => rest,
        Some(_) => return None,
        None => text,
    };
    let odd = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '\\' | '@' | '%' | '"');
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (authority, None),
    };
    let host = super::host_name(host).filter(|_| !rest.contains(odd))?;
    let port = port.filter(|port| *port != 443).map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("https://{host}{port}{}", path.trim_end_matches('/')))
}

fn push(said: &mut String, more: &str) -> Option<()> {
    if said.len() + more.len() > TEXT {
        // Whitespace between elements counts for nothing.
        return more.trim().is_empty().then_some(());
    }
    said.push_str(more);
    Some(())
}

fn half(draft: &Draft, address: &AddrSpec) -> Option<Half> {
    let security = match draft.socket.to_ascii_uppercase().as_str() {
        "SSL" => Security::Tls,
        "STARTTLS" => Security::StartTls,
        _ => return None,
    };
    let host = super::host_name(&filled(&draft.host, address))?;
    let port = draft.port.parse().ok().filter(|port| *port > 0)?;
    let user = filled(&draft.user, address);
    let fine = !user.is_empty() && !user.chars().any(char::is_control);
    // A provider that takes no password at all.
    let provider = Provider::of_host(&host).filter(|_| draft.wants_token());
    Some(Half { server: Server { host, port, security }, user: fine.then_some(user), provider })
}

/// A text with the address in the places that are named for it.
fn filled(text: &str, address: &AddrSpec) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let named = after.split_once('%').and_then(|(name, after)| {
            let data = match name {
                "EMAILADDRESS" => address.as_str(),
                "EMAILLOCALPART" => address.local_part(),
                "EMAILDOMAIN" => address.domain(),
                _ => return None,
            };
            Some((data, after))
        });
        match named {
            Some((data, after)) => {
                out.push_str(data);
                rest = after;
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> AddrSpec {
        AddrSpec::parse("r.vale@example.com").expect("an address")
    }

    fn server(kind: &str, inside: &str) -> String {
        let (tag, kind) = match kind {
            "smtp" => ("outgoingServer", "smtp"),
            other => ("incomingServer", other),
        };
        format!("<{tag} type=\"{kind}\">{inside}</{tag}>")
    }

    fn file(servers: &[String]) -> String {
        format!(
            "<?xml version=\"1.0\"?><!-- x --><clientConfig version=\"1.1\"><emailProvider id=\"x\">\
             <domain>example.com</domain>{}</emailProvider></clientConfig>",
            servers.concat()
        )
    }

    const IMAP: &str = "<hostname>imap.%EMAILDOMAIN%</hostname><port> 993 </port>\
        <socketType>SSL</socketType><username>%EMAILLOCALPART%</username>\
        <authentication>password-cleartext</authentication>";
    const SMTP: &str = "<hostname>smtp.example.com</hostname><port>587</port>\
        <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username>";

    #[test]
    fn the_first_encrypted_server_of_each_kind_counts() {
        let plain = IMAP.replace("SSL", "plain");
        let text = file(&[
            server("pop3", IMAP),
            server("imap", &plain),
            server("imap", IMAP),
            server("smtp", SMTP),
        ]);
        let found = read(text.as_bytes(), &me()).expect("a file");
        let imap = found.imap.expect("offered");
        assert_eq!((imap.server.host.as_str(), imap.server.port), ("imap.example.com", 993));
        assert_eq!(imap.user.as_deref(), Some("r.vale"));
        let smtp = found.smtp.expect("offered");
        assert_eq!(smtp.server.security, Security::StartTls);
        assert_eq!(smtp.user.as_deref(), Some("r.vale@example.com"));
        let pop = read(file(&[server("pop3", IMAP)]).as_bytes(), &me());
        assert_eq!(pop, Some(Offered::default()));
    }

    #[test]
    fn who_gives_tokens_is_read_where_no_password_is_taken() {
        let tokens = IMAP.replace("password-cleartext", "OAuth2");
        let both =
            IMAP.replace("</username>", "</username><authentication>OAuth2</authentication>");
        let google = tokens.replace("imap.%EMAILDOMAIN%", "imap.gmail.com");
        let provider = |imap: &str, issuer: &str| {
            let more = format!("</emailProvider><oAuth2><issuer>{issuer}</issuer></oAuth2>");
            let text = file(&[server("imap", imap)]).replace("</emailProvider>", &more);
            read(text.as_bytes(), &me())?.imap?.provider
        };
        let issuer = |text: &str| Some(Provider::Issuer(text.to_owned()));
        assert_eq!(provider(IMAP, "id.example.com"), None);
        assert_eq!(provider(&both, "id.example.com"), None);
        assert_eq!(provider(&google, "id.example.com"), Some(Provider::Google));
        for (said, want) in [
            ("id.example.com", issuer("https://id.example.com")),
            ("https://ID.example.com:443/a/", issuer("https://id.example.com/a")),
            (" https://id.example.com:8443 ", issuer("https://id.example.com:8443")),
            ("http://id.example.com", None),
            ("https://localhost:8443", None),
            ("https://127.0.0.1/", None),
            ("https://me@id.example.com", None),
            ("https://id.example.com:0", None),
            ("https://id.example.com:x", None),
            ("https://id.example.com/?a=b", None),
            ("https://id.example.com/a b", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("", None),
        ] {
            assert_eq!(provider(&tokens, said), want, "{said}");
        }
        // Elsewhere in the file it is nobody's.
        let text = file(&[server("imap", &format!("{tokens}<issuer>id.example.com</issuer>"))]);
        assert_eq!(read(text.as_bytes(), &me()).and_then(|f| f.imap?.provider), None);
    }

    #[test]
    fn an_address_is_data() {
        let odd = AddrSpec::parse("\"%EMAILDOMAIN%\"@example.com").expect("an address");
        assert_eq!(filled("%EMAILLOCALPART%", &odd), odd.local_part());
        assert_eq!(filled("100% %X% %EMAILDOMAIN", &me()), "100% %X% %EMAILDOMAIN");
        assert_eq!(filled("%EMAILDOMAIN%%EMAILDOMAIN%", &me()), "example.comexample.com");
    }

    #[test]
    fn what_is_no_file_of_servers_is_none() {
        let good = file(&[server("imap", IMAP)]);
        let bomb = good.replace(
            "<!-- x -->",
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        );
        let deep = format!("{}x{}", "<a>".repeat(60_000), "</a>".repeat(60_000));
        for bad in [
            "",
            "not found",
            "<html><body>Welcome</body></html>",
            &bomb,
            &deep,
            &good.replace("imap.%EMAILDOMAIN%", "&a;"),
            &good[..good.len() - 3],
            &good.replace("</port>", "</part>"),
        ] {
            assert_eq!(read(bad.as_bytes(), &me()), None, "{bad:.80}");
        }
        assert_eq!(read(b"\xff\xfe<", &me()), None);
        for odd in [
            IMAP.replace("993", "0"),
            IMAP.replace("993", "70000"),
            IMAP.replace("imap.%EMAILDOMAIN%", "imap example"),
            IMAP.replace("imap.%EMAILDOMAIN%", "%EMAILADDRESS%"),
            IMAP.replace("SSL", ""),
        ] {
            let found = read(file(&[server("imap", &odd)]).as_bytes(), &me());
            assert_eq!(found, Some(Offered::default()), "{odd}");
        }
        let named = IMAP.replace("imap.%EMAILDOMAIN%", "imap&#46;example&#x2e;com");
        let found = read(file(&[server("imap", &named)]).as_bytes(), &me()).expect("a file");
        assert_eq!(found.imap.expect("offered").server.host, "imap.example.com");
    }
}
