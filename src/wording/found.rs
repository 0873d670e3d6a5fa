//! What `engine::autoconfig` found or did not find, in words.

use crate::engine::{
    Provider, Server, Service,
    autoconfig::{Asked, Found, NotFound, Nothing, Source},
};

/// Where a service was found.
#[must_use]
pub fn source(source: &Source) -> String {
    match source {
        Source::Table(name) => fl!("found-table", name = name),
        Source::Srv => fl!("found-srv"),
        Source::File(host) => fl!("found-file", host = host),
        Source::Exchanger(name) => fl!("found-exchanger", name = name),
        Source::Tried => fl!("found-tried"),
        Source::Administrator => fl!("set-by-administrator"),
    }
}

/// A server as it stands in a sentence.
#[must_use]
pub fn server(server: &Server) -> String {
    let port = server.port.to_string();
    fl!("found-server", host = &server.host, port = port, security = server.security.words())
}

/// What was found, one line a service, and where the user signs in if that is not at these.
#[must_use]
pub fn lines(found: &Found) -> Vec<String> {
    let incoming =
        fl!("found-incoming", server = server(&found.imap), source = source(&found.imap_source));
    let outgoing =
        fl!("found-outgoing", server = server(&found.smtp), source = source(&found.smtp_source));
    let sign_in = match &found.provider {
        Some(Provider::Issuer(issuer)) => Some(fl!("found-sign-in", issuer = issuer)),
        Some(Provider::Microsoft | Provider::Google) | None => None,
    };
    [incoming, outgoing].into_iter().chain(sign_in).collect()
}

/// What to be careful about: hosts of others, who gives tokens elsewhere, and passwords of their own.
#[must_use]
pub fn cautions(found: &Found, domain: &str) -> Vec<String> {
    let hosts = found.foreign.join(", ");
    let foreign = (!hosts.is_empty()).then(|| fl!("found-foreign", hosts = hosts, domain = domain));
    let issuer = found.foreign_issuer.as_ref().map(|issuer| {
        let (imap, smtp) = (&found.imap.host, &found.smtp.host);
        fl!("found-foreign-issuer", issuer = issuer, domain = domain, imap = imap, smtp = smtp)
    });
    let password = match (&found.help, found.app_password) {
        (Some(help), true) => Some(fl!("found-app-password-help", help = help)),
        (None, true) => Some(fl!("found-app-password")),
        (_, false) => None,
    };
    foreign.into_iter().chain(issuer).chain(password).collect()
}

/// Why not all was found.
#[must_use]
pub fn not_found(not: &NotFound) -> String {
    if not.forbidden {
        return fl!("found-forbidden");
    }
    match not.not_offered {
        Some(Service::Imap) => return fl!("found-no-imap"),
        Some(Service::Smtp) => return fl!("found-no-smtp"),
        None => {}
    }
    match (&not.imap, &not.smtp) {
        (Some(_), None) => fl!("found-only-imap"),
        (None, Some(_)) => fl!("found-only-smtp"),
        (Some(_), Some(_)) | (None, None) => fl!("found-nothing"),
    }
}

/// What was asked, one line each.
#[must_use]
pub fn asked(not: &NotFound) -> Vec<String> {
    let line = |(asked, nothing): &(Asked, Nothing)| {
        let place = match asked {
            Asked::Srv => fl!("asked-srv"),
            Asked::File => fl!("asked-file"),
            Asked::Mirror => fl!("asked-mirror"),
            Asked::Exchanger => fl!("asked-exchanger"),
            Asked::Usual => fl!("asked-usual"),
        };
        let why = match nothing {
            Nothing::None => fl!("nothing-none"),
            Nothing::Silent => fl!("nothing-silent"),
            Nothing::Unreachable => fl!("nothing-unreachable"),
            Nothing::Unreadable => fl!("nothing-unreadable"),
        };
        fl!("asked-line", place = place, why = why)
    };
    not.asked.iter().map(line).collect()
}
