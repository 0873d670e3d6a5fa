//! Reading: from the octets of a message, or of its beginning, to a [`Mail`].
//!
//! Pure. Never fails: damage becomes a list of problems. Limits: those of `view`; enclosed messages
//! are read to twelve levels, deeper ones stay attachments (but a Sensitivity inside still counts).
//! Tests: beside each submodule, and `tests/message/` over whole messages.

use std::time::Duration;

use aloud_model::{MessageKind, Sensitivity};

use super::auth;
use super::display;
use super::large::Outside;
use super::mail::{Body, DurationSource, Mail, PartInfo, PartRole, Permission, Sender, Transcript};
use super::policy::{self, Level};
use super::problem::{PartProblem, Problem};
use super::recognize::{self, Medium, said::Said};
use super::vendors::{self, Scene, Table, Vendor};
use super::view::{self, AddressEntry, Header, Part, Shape, View, mailbox};
use super::wrapped::Containers;
use length::Spoken;

mod attachments;
mod document;
mod length;
mod marks;
mod parts;
mod sender;
mod words;

pub use attachments::card_of_file;
pub(crate) use marks::{Marks, Properties};
pub use words::html_text;
pub(crate) use words::part_text;

/// Levels of enclosed messages that are read.
pub const FORWARD_DEPTH: usize = 12;

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// Decode every recording to know its true length. Costs as much as playing it.
    pub measure_audio: bool,
    /// The octets are the whole message. Otherwise they are its beginning: nothing is said about
    /// the missing end, and lengths come from headers or are estimated.
    pub whole: bool,
    /// Size of the whole message, for estimates from its beginning; 0 when not known.
    pub total_octets: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { measure_audio: true, whole: true, total_octets: 0 }
    }
}

impl ReadOptions {
    /// For lists: the beginning of a message of `total_octets`, quickly.
    #[must_use]
    pub fn prefix(total_octets: u64) -> Self {
        Self { measure_audio: false, whole: false, total_octets }
    }
}

impl Mail {
    /// Reads a message. A `duration` without a `duration_source` is an estimate from the size.
    #[must_use]
    pub fn read(raw: &[u8], options: &ReadOptions) -> Self {
        Self::read_with(raw, options, Table::current())
    }

    /// As [`Mail::read`], with another vendor table.
    #[must_use]
    pub fn read_with(raw: &[u8], options: &ReadOptions, table: &Table) -> Self {
        let reading = Reading { table, outside: None };
        read_level(raw, &reading, options, 0, None).0
    }

    /// As [`Mail::read_with`], of a message of which some stayed outside.
    pub(crate) fn read_large(
        raw: &[u8],
        options: &ReadOptions,
        table: &Table,
        outside: &Outside<'_>,
    ) -> Self {
        let reading = Reading { table, outside: Some(outside) };
        read_level(raw, &reading, options, 0, Some(0)).0
    }

    /// The part with a path.
    #[must_use]
    pub fn part(&self, path: &str) -> Option<&PartInfo> {
        self.parts.iter().find(|p| p.path == path)
    }

    /// The first part that the message is about and that cannot be played or shown; parts marked
    /// `handling=OPTIONAL` do not count (RFC 3459 section 3.2). Other attachments are saved, not
    /// shown, so they never fail.
    #[must_use]
    pub fn unrenderable(&self) -> Option<&PartInfo> {
        let about = |p: &&PartInfo| matches!(p.role, PartRole::VoiceMessage | PartRole::Fax);
        self.parts.iter().filter(about).find(|p| p.required && !p.decodable)
    }
}

/// The octets of a leaf, transfer encoding undone; enclosed messages untouched. A path into an
/// enclosed message has a slash: `"3/1"` is part 1 of the message that is part 3. What is in a
/// container (S/MIME, TNEF) has the paths of a multipart in its place: `"3.1"`, no slash.
#[must_use]
pub fn body(raw: &[u8], path: &str) -> Option<Body> {
    body_with(raw, path, &ReadOptions::default())
}

/// As [`body`], of octets that were read with these options: in the beginning of a message a
/// container whose end has not come is open, in a whole message it is damaged and stays closed.
#[must_use]
pub fn body_with(raw: &[u8], path: &str, options: &ReadOptions) -> Option<Body> {
    let mut found = None;
    let taken = leaves(raw, &[(0, path)], options.whole, 0, &mut |_, body| {
        found = body;
        Ok::<(), std::convert::Infallible>(())
    });
    let Ok(()) = taken;
    found
}

/// The octets of many leaves, one after the other, in the order of their paths: `take` gets the place
/// of each in the list. The message is taken apart once, and so is each enclosed one whose leaves
/// stand together; with [`body`] a thousand leaves cost a thousand readings.
///
/// # Errors
/// That of `take`, which ends it.
pub fn bodies<E>(
    raw: &[u8],
    paths: &[&str],
    mut take: impl FnMut(usize, Option<Body>) -> Result<(), E>,
) -> Result<(), E> {
    let paths: Vec<(usize, &str)> = paths.iter().copied().enumerate().collect();
    leaves(raw, &paths, ReadOptions::default().whole, 0, &mut take)
}

fn leaves<E>(
    raw: &[u8],
    paths: &[(usize, &str)],
    whole: bool,
    level: usize,
    take: &mut dyn FnMut(usize, Option<Body>) -> Result<(), E>,
) -> Result<(), E> {
    #[cfg(test)]
    tests::READINGS.set(tests::READINGS.get() + 1);
    let plain = View::parse(raw);
    let containers = Containers::of(&plain, whole);
    let view = containers.put_into(plain);
    let first = |path: &str| path.split_once('/').map(|(step, _)| step.to_owned());
    for group in paths.chunk_by(|a, b| first(a.1).is_some() && first(a.1) == first(b.1)) {
        let Some(&(place, path)) = group.first() else { continue };
        let Some((step, _)) = path.split_once('/') else {
            let decoded = view.leaf(path).map(Part::decode);
            let body = decoded.map(|d| Body { octets: d.octets, damaged: d.damaged });
            take(place, body)?;
            continue;
        };
        let inner =
            view.leaf(step).filter(|part| part.shape == Shape::Original && level < FORWARD_DEPTH);
        let Some(part) = inner else {
            group.iter().try_for_each(|&(place, _)| take(place, None))?;
            continue;
        };
        let rest = |path: &'_ str| path.split_once('/').map_or("", |(_, rest)| rest).to_owned();
        let rests: Vec<(usize, String)> =
            group.iter().map(|&(place, path)| (place, rest(path))).collect();
        let rests: Vec<(usize, &str)> = rests.iter().map(|(p, r)| (*p, r.as_str())).collect();
        leaves(&part.decode().octets, &rests, whole || part.closed, level + 1, take)?;
    }
    Ok(())
}

/// The recordings to play as the message, in playing order: its voice bodies; where nothing is
/// marked so, the first recording that is no name or subject; else the first at all. Nothing for an
/// ordinary mail with a sound attached.
#[must_use]
pub fn primary_audio(mail: &Mail) -> Vec<&PartInfo> {
    let with = |role: PartRole| mail.parts.iter().filter(move |p| p.role == role);
    let mut bodies: Vec<&PartInfo> = with(PartRole::VoiceMessage).collect();
    if bodies.is_empty() {
        let fallback = [
            PartRole::Notification,
            PartRole::SpokenSubject,
            PartRole::SpokenName,
            PartRole::RecipientName,
        ];
        bodies.extend(fallback.into_iter().find_map(|role| with(role).next()));
    }
    let place = |p: &PartInfo| mail.playing_order.iter().position(|path| *path == p.path);
    bodies.sort_by_key(|p| place(p).unwrap_or(usize::MAX));
    bodies
}

/// What is the same at every level.
struct Reading<'r> {
    table: &'r Table,
    outside: Option<&'r Outside<'r>>,
}

/// One level: the message and the levels of Sensitivity in it, its own first. `base`: where it begins
/// in the octets that have gaps.
fn read_level(
    raw: &[u8],
    reading: &Reading<'_>,
    options: &ReadOptions,
    depth: usize,
    base: Option<usize>,
) -> (Mail, Vec<Level>) {
    let table = reading.table;
    let mut plain = View::parse(raw);
    let mut unseen = Vec::new();
    if let Some((outside, base)) = reading.outside.zip(base) {
        plain.leave_out(outside.gaps, base);
        unseen = outside.marks_in_headers(&plain, base);
    }
    let containers = Containers::of(&plain, options.whole);
    let view = containers.put_into(plain);
    let header = view.header();
    let mut mail = Mail { problems: view.problems.clone(), ..Mail::default() };
    if !options.whole {
        mail.problems.retain(|p| *p != Problem::UnclosedMultipart);
    } else if view.unclosed {
        mail.problems.push(Problem::UnclosedMessage);
    }
    identify(&mut mail, header);
    let from = addresses(header, "from");
    let reply_to = addresses(header, "reply-to");
    mail.to = addresses(header, "to").iter().filter_map(AddressEntry::address).collect();
    mail.cc = addresses(header, "cc").iter().filter_map(AddressEntry::address).collect();

    let missing =
        if options.whole { 0 } else { options.total_octets.saturating_sub(raw.len() as u64) };
    let scene = Scene { missing, ..scene(&view, &mail, &from) };
    let found = recognize::recognize(&scene, table);
    mail.kind = found.kind;
    mail.also = found.also;
    mail.profile = found.profile;
    mail.evidence = found.evidence;
    let telephone = matches!(mail.kind, MessageKind::Voice | MessageKind::Fax);
    let vendor = found.vendor;
    let read = || recognize::said::read(&scene, &table.general.words);
    let said = found.said.or_else(|| found.worded.then(read)).unwrap_or_default();
    let nobody = &table.general.words.withheld;
    let from_machine =
        sender::Machine { vendor, robot: found.robot, said: &said, nobody, telephone };
    mail.sender = sender::sender(header, &from, &reply_to, &scene, &from_machine);
    mail.importance = sender::importance(header, &scene, vendor);
    mail.auth = auth::topmost(header);

    let mut levels = vec![Level { sensitivity: sensitivity(&view), who: who(&mail.sender) }];
    levels.extend(unseen);
    let at = Place { raw, depth, base };
    let measured = read_parts(&mut mail, &mut levels, &view, reading, options, &at);
    if let Some(outside) = reading.outside.filter(|outside| depth == 0 && outside.cut) {
        levels.extend(outside.marks.iter().cloned());
        mail.problems.push(Problem::TooManyParts);
        mail.problems.dedup();
    }
    words_of(&mut mail, &view, &scene, vendor, &said);
    let machine = Spoken { vendor, said: &said };
    lengths(&mut mail, &view, &scene, &machine, &measured, options.whole);
    let said_pages = said.pages.filter(|_| mail.kind == MessageKind::Fax);
    mail.pages = mail.pages.or_else(|| pages(&mail, &view, &scene, vendor)).or(said_pages);
    mail.playing_order = playing_order(&mail, header, vendor);
    mail.language = language(&mail, &view);

    match policy::reply_target(&reply_to, &from, &mail.sender) {
        Ok(address) => mail.reply_to = Some(address),
        Err(refusal) => mail.may_reply = Permission::Refused(refusal),
    }
    mail.sensitivity = policy::strictest(&levels);
    mail.may_forward = policy::may_forward(&levels, mail.may_reply.is_allowed());
    mail.may_save = policy::may_save(&levels);
    mail.forward_notice = policy::forward_notice(&levels);
    let is_report = matches!(mail.kind, MessageKind::Mdn | MessageKind::Dsn)
        || recognize::multipart(&view, "multipart/report").is_some();
    mail.receipt = policy::may_send_receipt(header, is_report);
    (mail, levels)
}

/// Subject, date, identifiers, and what is wrong with the header.
fn identify(mail: &mut Mail, header: &Header<'_>) {
    mail.subject = header.text("subject").map(|v| display::clean(&v)).filter(|v| !v.is_empty());
    mail.date = header.text("date").and_then(|v| view::date(&v));
    let ids = |name: &str| header.first(name).map(mailbox::message_ids).unwrap_or_default();
    mail.message_id = ids("message-id").into_iter().next();
    mail.in_reply_to = ids("in-reply-to").into_iter().next();
    mail.references = ids("references");
    for name in ["From", "Subject", "Date", "Message-ID", "Reply-To", "Sender"] {
        if header.all(name).count() > 1 {
            mail.problems.push(Problem::RepeatedField(name));
        }
    }
    if header.text("date").is_some_and(|v| !v.is_empty()) && mail.date.is_none() {
        mail.problems.push(Problem::UnreadableDate);
    }
}

/// All entries of a field. From and Reply-To count once (the first field), To and Cc add up: VPIM
/// allows more than one To field (RFC 2421 section 4.2.2).
fn addresses(header: &Header<'_>, name: &str) -> Vec<AddressEntry> {
    let fields = if matches!(name, "to" | "cc") { usize::MAX } else { 1 };
    header.all_utf8(name).take(fields.min(50)).flat_map(|value| mailbox::parse(&value)).collect()
}

fn scene<'v>(view: &'v View<'v>, mail: &Mail, from: &[AddressEntry]) -> Scene<'v> {
    let first = from.first();
    let name = first.and_then(|m| m.name.clone()).unwrap_or_default();
    let comment = first.and_then(|m| m.comment.clone());
    let mut parts = parts::Roles::new(MessageKind::Other, view);
    let text = view.leaves().find(|p| parts.next(p) == PartRole::Text).map(words::part_text);
    let html = || {
        let part = view.leaves().find(|p| recognize::medium(p) == Medium::Html)?;
        Some(words::html_text(&words::part_text(part)))
    };
    Scene {
        view,
        subject: mail.subject.clone().unwrap_or_default(),
        from: comment.map_or(name.clone(), |c| format!("{name} ({c})").trim().to_owned()),
        from_address: from
            .iter()
            .find_map(|m| m.addr.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default(),
        message_id: mail.message_id.clone().unwrap_or_default(),
        text: text.or_else(html).unwrap_or_default(),
        missing: 0,
    }
}

/// The strictest value where a sender (or somebody on the way) wrote several, in containers too.
fn sensitivity(view: &View<'_>) -> Option<Sensitivity> {
    let marks = view.header().all("sensitivity").chain(view.marks.iter().copied());
    let values = marks.filter_map(|raw| {
        let text = view::encoding::unstructured(raw);
        Sensitivity::parse(&display::clean(&view::header::without_comments(&text)))
    });
    let levels: Vec<Level> = values.map(|s| Level { sensitivity: Some(s), who: None }).collect();
    policy::strictest(&levels)
}

fn who(sender: &Sender) -> Option<String> {
    let name = sender.name.clone().or_else(|| sender.number.clone());
    name.or_else(|| sender.address.as_ref().map(ToString::to_string))
}

/// Where a level stands.
struct Place<'p> {
    raw: &'p [u8],
    depth: usize,
    base: Option<usize>,
}

/// Describes the leaves and reads what is in them; returns the paths of recordings whose length was
/// measured.
fn read_parts(
    mail: &mut Mail,
    levels: &mut Vec<Level>,
    view: &View<'_>,
    reading: &Reading<'_>,
    options: &ReadOptions,
    at: &Place<'_>,
) -> Vec<String> {
    let mut roles = parts::Roles::new(mail.kind, view);
    let mut all_measured = Vec::new();
    for part in view.leaves() {
        let role = roles.next(part);
        let outside = reading.outside.and_then(|outside| outside.measure(part));
        let expected = match &outside {
            Some(all) => Some(all.octets),
            None => expected_octets(part, at.raw, options),
        };
        let parts::Described { mut info, octets, measured, pages } =
            parts::describe(part, role, options, expected);
        if let Some(all) = &outside {
            info.octets = usize::try_from(all.octets).unwrap_or(usize::MAX);
            if all.damaged {
                info.problem = info.problem.or(Some(PartProblem::DamagedEncoding));
            }
        }
        info.required = parts::is_required(view, part);
        all_measured.extend(measured.then(|| info.path.clone()));
        if let Some(pages) = pages.filter(|_| role == PartRole::Fax) {
            mail.pages = Some(mail.pages.unwrap_or(0) + pages);
        }
        if part.shape == Shape::Original {
            // Not encoded, as it must be, it is not copied at every level.
            let octets = match part.encoding {
                view::Encoding::Identity => part.body,
                _ => &octets,
            };
            let identity = part.encoding == view::Encoding::Identity;
            if at.depth < FORWARD_DEPTH {
                let inner = ReadOptions {
                    whole: if identity {
                        options.whole || part.closed
                    } else {
                        part.is_complete(options.whole)
                    },
                    total_octets: 0,
                    ..*options
                };
                // What is inside a container or encoded has been copied, and has no gaps.
                let of_these = at.raw.as_ptr_range().contains(&part.body.as_ptr()) && identity;
                let base = at.base.filter(|_| of_these).map(|base| base + part.offset());
                let (inner, inside) = read_level(octets, reading, &inner, at.depth + 1, base);
                mail.forwarded.push(inner);
                levels.extend(inside);
            } else {
                info.problem = Some(PartProblem::MessagesTooDeep);
                levels.extend(marks_inside(octets));
            }
            if !identity || at.depth >= FORWARD_DEPTH {
                levels.extend(outside.into_iter().flat_map(|all| all.marks));
            }
        } else if part.problem.as_ref().is_some_and(PartProblem::hides_content) {
            levels.extend(marks_inside(part.body));
            // What was not opened has its marks behind the transfer encoding.
            levels.extend(marks_inside(&octets));
            levels.extend(outside.into_iter().flat_map(|all| all.marks));
        }
        match info.role {
            PartRole::Card => mail.cards.extend(attachments::cards(&info.path, &octets, view)),
            PartRole::Report => attachments::report(mail, part, &octets),
            _ => {}
        }
        if let Some(problem) = info.problem.clone() {
            mail.problems.push(Problem::Part { path: info.path.clone(), problem });
        }
        mail.parts.push(info);
    }
    attachments::in_the_text(mail, view);
    attachments::settle(mail);
    parts::settle_alternatives(&mut mail.parts, view);
    all_measured
}

/// The decoded size of a leaf whose end has not been fetched yet.
fn expected_octets(part: &Part<'_>, raw: &[u8], options: &ReadOptions) -> Option<u64> {
    if options.whole || part.closed || options.total_octets == 0 {
        return None;
    }
    Some(part.estimated_octets(options.total_octets.saturating_sub(raw.len() as u64)))
}

/// Lines that read like a Sensitivity field in octets that are not taken apart.
fn marks_inside(octets: &[u8]) -> Vec<Level> {
    let mut marks = Marks::default();
    marks.push(octets);
    marks.finish()
}

/// The readable text and the transcript.
fn words_of(
    mail: &mut Mail,
    view: &View<'_>,
    scene: &Scene<'_>,
    vendor: Option<&Vendor>,
    said: &Said,
) {
    let voice = mail.kind == MessageKind::Voice;
    let found = words::transcript(scene, vendor).filter(|_| voice);
    let mut shown_above = Vec::new();
    if let Some((transcript, whole)) = found {
        if whole && let Some(part) = mail.parts.iter_mut().find(|p| p.role == PartRole::Text) {
            part.role = PartRole::Transcript;
        } else {
            shown_above = transcript.text.lines().map(str::to_owned).collect();
        }
        mail.transcript = Some(transcript);
    } else if let Some(heard) = said.transcript.as_ref().filter(|_| voice) {
        shown_above.clone_from(&heard.lines);
        let origin = vendor.map_or_else(|| words::origin(scene), |vendor| vendor.name.clone());
        mail.transcript = Some(Transcript { text: heard.text.clone(), origin });
    }
    let of = |role: PartRole| mail.parts.iter().filter(move |p| p.role == role);
    let plain: Vec<String> = of(PartRole::Text)
        .filter_map(|info| Some(words::part_text(view.leaf(&info.path)?)))
        .map(|text| text.trim_end().trim_start_matches('\n').to_owned())
        .filter(|text| !text.is_empty())
        .take(50)
        .collect();
    let text = if plain.is_empty() {
        of(PartRole::Html)
            .filter_map(|info| Some(words::html_text(&words::part_text(view.leaf(&info.path)?))))
            .find(|text| !text.is_empty())
    } else {
        Some(plain.join("\n\n"))
    };
    mail.text = text.map(|text| words::without(&text, &shown_above));
}

/// The length shown: the sum of the voice bodies (decision E5).
fn lengths(
    mail: &mut Mail,
    view: &View<'_>,
    scene: &Scene<'_>,
    machine: &Spoken<'_>,
    measured: &[String],
    whole: bool,
) {
    let video = |p: &&PartInfo| p.media_type.starts_with("video/") && p.seconds.is_some();
    let mut bodies: Vec<&PartInfo> = primary_audio(mail);
    if mail.kind == MessageKind::Video && mail.parts.iter().any(|p| video(&p)) {
        bodies = mail.parts.iter().filter(video).collect();
    }
    // A beginning may end before the message proper: the length of a spoken name is not its length.
    let seen = bodies.iter().any(|body| body.role == PartRole::VoiceMessage);
    if !whole && !seen && length::content_duration(scene.view.header()).is_none() {
        return;
    }
    let spoken = matches!(mail.kind, MessageKind::Voice | MessageKind::Fax | MessageKind::Video);
    if bodies.is_empty() || !(spoken || bodies.iter().any(|b| b.role == PartRole::VoiceMessage)) {
        return;
    }
    let leaves: Vec<&Part<'_>> = bodies.iter().filter_map(|b| view.leaf(&b.path)).collect();
    let mut total = 0.0;
    let mut source = Some(DurationSource::Audio);
    for (info, part) in bodies.iter().zip(&leaves) {
        let declared = length::declared(part);
        source = match (measured.contains(&info.path), declared) {
            (true, _) => source,
            (false, Some(_)) => source.map(|_| DurationSource::PartHeader),
            (false, None) => None,
        };
        total += info.seconds.unwrap_or(0.0);
    }
    let known = source.map(|source| (total, source));
    let (seconds, source) =
        match known.or_else(|| length::said(scene.view.header(), scene, &leaves, machine)) {
            Some((seconds, source)) => (seconds, Some(source)),
            // The parts' own seconds are estimates here.
            None if bodies.iter().all(|b| b.seconds.is_some()) => (total, None),
            None => return,
        };
    mail.duration = Some(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    mail.duration_source = source;
}

/// Fax pages as the message says, where they could not be counted (RFC 4024 section 5.1, vendors'
/// fields).
fn pages(mail: &Mail, view: &View<'_>, scene: &Scene<'_>, vendor: Option<&Vendor>) -> Option<u32> {
    let fax = mail.kind == MessageKind::Fax || mail.also.contains(&MessageKind::Fax);
    fax.then_some(())?;
    let sane = |value: &str| value.trim().parse::<u32>().ok().filter(|n| (1..=10_000).contains(n));
    let leaves = mail.parts.iter().filter(|p| p.role == PartRole::Fax);
    let declared = leaves.filter_map(|info| view.leaf(&info.path)).find_map(|part| {
        let field = part.header.token("content-page-length").and_then(|v| sane(&v));
        field.or_else(|| sane(&part.content.text("pages")?))
    });
    let of_subject = || {
        let hit = vendors::pattern("*({pages}p)", &scene.subject)?;
        sane(&hit.value)
    };
    declared
        .or_else(|| sane(&view.header().token("content-page-length")?))
        .or_else(|| sane(&scene.first(&vendor?.pages)?.1.value))
        .or_else(of_subject)
}

/// Paths of the voice bodies in playing order where a field tells it (X-AttachmentOrder).
fn playing_order(mail: &Mail, header: &Header<'_>, vendor: Option<&Vendor>) -> Vec<String> {
    let order = vendor.and_then(|v| v.order.as_ref());
    let Some((order, value)) = order.and_then(|o| Some((o, header.filled(&o.name)?))) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        value.split(';').filter_map(|name| display::safe_file_name(name.trim())).collect();
    if order.reversed {
        names.reverse();
    }
    names
        .iter()
        .filter_map(|name| {
            let part = mail.parts.iter().find(|p| {
                p.role == PartRole::VoiceMessage && p.filename.as_deref() == Some(name.as_str())
            })?;
            Some(part.path.clone())
        })
        .collect()
}

fn language(mail: &Mail, view: &View<'_>) -> Option<String> {
    let body = primary_audio(mail).first().and_then(|info| view.leaf(&info.path));
    let of_body = body.and_then(|part| part.header.token("content-language"));
    let value = of_body.or_else(|| view.header().token("content-language"))?;
    let first = value.split(',').next().unwrap_or_default().trim();
    let tag = first.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && first.len() <= 35;
    (tag && !first.is_empty()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        /// How often a message was taken apart to get at leaves.
        pub static READINGS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    fn mixed(parts: &[String]) -> String {
        let parts: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")
    }

    #[test]
    fn many_leaves_come_out_of_one_reading_of_each_message() {
        let leaf = |text: &str| format!("Content-Type: text/plain\r\n\r\n{text}");
        let inner =
            mixed(&[leaf("c"), leaf("d")]).replace("=b\r\n", "=i\r\n").replace("--b", "--i");
        let inner = format!("Content-Type: message/rfc822\r\n\r\n{inner}");
        let mut parts = vec![leaf("a"), inner, leaf("e")];
        parts.extend((0..1_000).map(|n| leaf(&n.to_string())));
        let raw = mixed(&parts);
        let mut paths: Vec<String> =
            ["1", "2/1", "2/2", "3", "2/9", "9999", "1/1"].map(String::from).to_vec();
        paths.extend((4..=1_003).map(|n| n.to_string()));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        READINGS.set(0);
        let mut found = Vec::new();
        let taken = bodies(raw.as_bytes(), &paths, |at, body| {
            found.push((at, body));
            Ok::<(), ()>(())
        });
        assert_eq!(taken, Ok(()));
        // The message, and the enclosed one for each of two runs of paths.
        assert_eq!(READINGS.get(), 3);
        assert_eq!(found.len(), paths.len());
        for (place, (at, found)) in found.iter().enumerate() {
            assert_eq!(place, *at);
            assert_eq!(*found, body(raw.as_bytes(), paths[place]), "{}", paths[place]);
        }
        let text = |at: usize| found[at].1.as_ref().map(|body| body.octets.as_slice());
        assert_eq!(
            (text(1), text(2), text(3)),
            (Some(&b"c"[..]), Some(&b"d"[..]), Some(&b"e"[..]))
        );
        assert_eq!((text(4), text(5), text(6)), (None, None, None));
        // What `take` says ends it.
        let mut seen = 0;
        let ended = bodies(raw.as_bytes(), &paths, |_, _| {
            seen += 1;
            if seen == 2 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((ended, seen), (Err("enough"), 2));
    }
}
