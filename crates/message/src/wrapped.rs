//! Parts that are containers: what is signed in an S/MIME object (application/pkcs7-mime, RFC 8551)
//! and what Outlook puts into `winmail.dat` (application/ms-tnef) stands where the part stands, as the
//! parts of an enclosed multipart would, so that nobody behind the view knows the difference.
//!
//! [`Containers`] holds the octets taken out of the containers of one message, [`Containers::put_into`]
//! puts their parts into its [`View`]. A container at the top leaves its multipart the message's own
//! header. What cannot be opened stays a leaf and can be saved as it came: damaged, sealed
//! (encrypted, protected), or a file that happens to be signed rather than a MIME entity.
//!
//! No signature is checked here or elsewhere, so nothing may be said of one.
//!
//! Limits: [`LEVELS_MAX`] containers within each other, [`CONTAINERS_MAX`] in one message,
//! [`OCTETS_MAX`] taken out, and those of `view` for the parts. An enclosed message counts for itself.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::problem::{PartProblem, Problem, Seal, Wrapping};
use crate::view::{DEPTH_MAX, Encoding, Header, PARTS_MAX, Part, Shape, View, encoding};

mod cms;
mod tnef;

/// Containers within containers.
pub const LEVELS_MAX: usize = 8;
/// Containers of one message that are opened.
pub const CONTAINERS_MAX: usize = 100;
/// Octets taken out of the containers of one message.
pub const OCTETS_MAX: usize = 256 * 1024 * 1024;
/// Texts beside a container, and octets of one, that are compared with the text inside.
const TEXTS_MAX: usize = 4;
const TEXT_MAX: usize = 256 * 1024;
/// Octets of a text in which the armour of PGP is looked for.
const ARMOUR_NEAR: usize = 64 * 1024;

/// A kind of part that is not what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// S/MIME; whether its parameter says that it is encrypted.
    Cms {
        enveloped: bool,
    },
    Tnef,
    /// Only its name can be told.
    Sealed(Seal),
}

fn kind(part: &Part<'_>) -> Option<Kind> {
    if part.shape != Shape::Leaf {
        return None;
    }
    let named = |end: &str| {
        part.filename().is_some_and(|name| name.trim().to_ascii_lowercase().ends_with(end))
    };
    match part.content.value.as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let what = part.content.token("smime-type").map(|what| what.to_ascii_lowercase());
            match what.as_deref() {
                Some("certs-only") => None,
                Some("enveloped-data" | "authenveloped-data") => {
                    Some(Kind::Cms { enveloped: true })
                }
                _ => Some(Kind::Cms { enveloped: false }),
            }
        }
        "application/ms-tnef" | "application/vnd.ms-tnef" | "application/x-ms-tnef" => {
            Some(Kind::Tnef)
        }
        "application/pgp-encrypted" => Some(Kind::Sealed(Seal::Pgp)),
        "application/x-microsoft-rpmsg-message" => Some(Kind::Sealed(Seal::Rights)),
        "application/octet-stream" | "application/binary" | "application/x-unknown" => {
            if named(".p7m") {
                Some(Kind::Cms { enveloped: false })
            } else if named("winmail.dat") {
                Some(Kind::Tnef)
            } else {
                named(".rpmsg").then_some(Kind::Sealed(Seal::Rights))
            }
        }
        _ => None,
    }
}

/// Whether other parts may stand for this one, so that its octets are not those of its path.
pub(crate) fn is_container(part: &Part<'_>) -> bool {
    matches!(kind(part), Some(Kind::Cms { .. } | Kind::Tnef))
}

/// Whether a text is, in whole or part, a message encrypted by PGP.
pub(crate) fn is_pgp(text: &[u8]) -> bool {
    const ARMOUR: &[u8] = b"-----BEGIN PGP MESSAGE-----";
    let near = text.get(..text.len().min(ARMOUR_NEAR)).unwrap_or_default();
    let starts_line = |at: &usize| at.checked_sub(1).is_none_or(|b| near.get(b) == Some(&b'\n'));
    memmem::find_iter(near, ARMOUR).any(|at| starts_line(&at))
}

/// What became of a container.
#[derive(Debug)]
enum Outcome {
    Open {
        octets: Vec<u8>,
        inside: Containers,
        /// Its end has not come yet.
        cut: bool,
        problem: Option<PartProblem>,
    },
    Closed {
        problem: Option<PartProblem>,
        /// Values of Sensitivity that it carries all the same.
        marks: Vec<Vec<u8>>,
    },
}

impl Outcome {
    /// Not opened, with the marks in the header of what is inside.
    fn closed(problem: Option<PartProblem>, inside: &[u8]) -> Self {
        let view = View::parse(head(inside));
        let marks = view.header().all("sensitivity").map(<[u8]>::to_vec).collect();
        Self::Closed { problem, marks }
    }
}

impl From<PartProblem> for Outcome {
    fn from(problem: PartProblem) -> Self {
        Self::Closed { problem: Some(problem), marks: Vec::new() }
    }
}

/// What a message may still take.
struct Budget {
    containers: usize,
    octets: usize,
}

/// The containers of a message (or of a container), opened.
#[derive(Debug, Default)]
pub struct Containers {
    /// By the place of the leaf in the list of parts.
    found: BTreeMap<usize, Outcome>,
}

impl Containers {
    /// Opens the containers of a view. `whole`: the view is of a whole message; otherwise one whose
    /// end has not come gives what there is.
    #[must_use]
    pub fn of(view: &View<'_>, whole: bool) -> Self {
        let mut budget = Budget { containers: CONTAINERS_MAX, octets: OCTETS_MAX };
        Self::at_level(view, whole, 0, &mut budget)
    }

    fn at_level(view: &View<'_>, whole: bool, level: usize, budget: &mut Budget) -> Self {
        let mut found = BTreeMap::new();
        for (index, part) in view.parts.iter().enumerate() {
            let Some(kind) = kind(part) else { continue };
            found.insert(index, open(view, part, kind, whole, level, budget));
        }
        Self { found }
    }

    /// Puts the parts inside the containers in their places in the view that they were found in.
    #[must_use]
    pub fn put_into<'v>(&'v self, view: View<'v>) -> View<'v> {
        if self.found.is_empty() {
            return view;
        }
        let mut left = view.parts.len();
        let mut out = View { parts: Vec::with_capacity(left), problems: view.problems, ..view };
        // Where the parts of the view have gone.
        let mut places = Vec::with_capacity(left);
        for (index, mut part) in view.parts.into_iter().enumerate() {
            left -= 1;
            part.parent = part.parent.and_then(|parent| places.get(parent).copied());
            places.push(out.parts.len());
            match self.found.get(&index) {
                None => out.parts.push(part),
                Some(Outcome::Closed { problem, marks }) => {
                    out.marks.extend(marks.iter().map(Vec::as_slice));
                    part.problem = part.problem.or_else(|| problem.clone());
                    out.parts.push(part);
                }
                Some(Outcome::Open { octets, inside, cut, problem }) => {
                    let inner = inside.put_into(View::parse(octets));
                    let deepest = inner.parts.iter().map(|p| p.depth).max().unwrap_or_default();
                    if out.parts.len() + inner.parts.len() + left > PARTS_MAX
                        || part.depth + deepest > DEPTH_MAX
                    {
                        // Its marks count all the same.
                        let own = inner.header().all("sensitivity");
                        out.marks.extend(own.chain(inner.marks.iter().copied()));
                        part.problem = part.problem.or(Some(PartProblem::NotOpened));
                        out.parts.push(part);
                    } else {
                        let alone = inside.found.contains_key(&0);
                        splice(&mut out, part, inner, (*cut, alone), problem.as_ref());
                    }
                }
            }
        }
        out.problems.dedup();
        out
    }
}

/// Puts the parts of `inner` in the place of `outer`. `cut`: its end has not come; `alone`: all of it
/// was a container in turn, whose problems are those of this place.
fn splice<'v>(
    out: &mut View<'v>,
    outer: Part<'v>,
    inner: View<'v>,
    (cut, alone): (bool, bool),
    problem: Option<&PartProblem>,
) {
    let base = out.parts.len();
    let is_top = outer.parent.is_none();
    let above = if is_top { String::new() } else { outer.path.clone() };
    let coded = outer.coded + usize::from(outer.encoding == Encoding::Base64);
    for (index, mut part) in inner.parts.into_iter().enumerate() {
        if index == 0 {
            out.marks.extend(part.header.all("sensitivity"));
            part.parent = outer.parent;
            part.closed = outer.closed && !cut;
            if part.shape != Shape::Multipart {
                part.path.clone_from(&outer.path);
            } else {
                part.path.clone_from(&above);
            }
            if is_top {
                part.header = outer.header.around(&part.header);
            }
        } else {
            part.parent = part.parent.map(|parent| parent + base);
            if !above.is_empty() {
                part.path = format!("{above}.{}", part.path);
            }
        }
        part.depth += outer.depth;
        part.coded += coded;
        out.parts.push(part);
    }
    out.marks.extend(inner.marks);
    out.problems.extend(inner.problems.into_iter().map(|problem| match problem {
        Problem::Part { path, problem } if alone && path == "1" => {
            Problem::Part { path: outer.path.clone(), problem }
        }
        Problem::Part { path, problem } if !above.is_empty() => {
            Problem::Part { path: format!("{above}.{path}"), problem }
        }
        other => other,
    }));
    if inner.unclosed {
        out.problems.push(Problem::UnclosedMultipart);
    }
    if let Some(problem) = problem {
        out.problems.push(Problem::Part { path: outer.path, problem: problem.clone() });
    }
}

fn open(
    view: &View<'_>,
    part: &Part<'_>,
    kind: Kind,
    whole: bool,
    level: usize,
    budget: &mut Budget,
) -> Outcome {
    if let Kind::Sealed(seal) = kind {
        return PartProblem::Sealed(seal).into();
    }
    let too_large = part.outside.is_some() || part.body.len() > budget.octets;
    if level >= LEVELS_MAX || budget.containers == 0 || too_large {
        return PartProblem::NotOpened.into();
    }
    budget.containers -= 1;
    let decoded = part.decode();
    let complete = whole || part.closed;
    let damaged = (decoded.damaged && complete).then_some(PartProblem::DamagedEncoding);
    let (octets, cut, problem) = match kind {
        Kind::Cms { enveloped } => match signed(&decoded.octets, enveloped) {
            Ok((octets, cut)) => (octets, cut, None),
            Err(outcome) if complete => return outcome,
            Err(Outcome::Closed { problem: Some(PartProblem::Damaged(_)), marks }) => {
                return Outcome::Closed { problem: None, marks };
            }
            Err(outcome) => return outcome,
        },
        Kind::Tnef => match outlook(&decoded.octets, view, complete) {
            Ok(opened) => opened,
            Err(outcome) => return outcome,
        },
        Kind::Sealed(seal) => return PartProblem::Sealed(seal).into(),
    };
    if cut && complete {
        let wrapping = if kind == Kind::Tnef { Wrapping::Outlook } else { Wrapping::Signed };
        return Outcome::closed(Some(PartProblem::Damaged(wrapping)), &octets);
    }
    if octets.len() > budget.octets {
        return Outcome::closed(Some(PartProblem::NotOpened), &octets);
    }
    budget.octets -= octets.len();
    let inside = Containers::at_level(&View::parse(&octets), complete, level + 1, budget);
    Outcome::Open { octets, inside, cut, problem: problem.or(damaged) }
}

/// What is signed, and whether its end is missing.
fn signed(octets: &[u8], enveloped: bool) -> Result<(Vec<u8>, bool), Outcome> {
    match cms::read(octets) {
        Ok(cms::Content::Signed { octets, cut }) => {
            // Files are signed too (invoices, as .xml.p7m): they are no parts of a message.
            let is_entity = View::parse(head(&octets)).header().has("content-type");
            if is_entity {
                Ok((octets, cut))
            } else {
                let damaged = cut.then_some(PartProblem::Damaged(Wrapping::Signed));
                Err(Outcome::closed(damaged, &octets))
            }
        }
        Ok(cms::Content::Nothing) => Err(Outcome::closed(None, &[])),
        Ok(cms::Content::Encrypted) => Err(PartProblem::Sealed(Seal::Smime).into()),
        Ok(cms::Content::Compressed) => Err(PartProblem::Sealed(Seal::Compressed).into()),
        Err(_) if enveloped => Err(PartProblem::Sealed(Seal::Smime).into()),
        Err(cms::Fault::Cut | cms::Fault::Damaged) => {
            Err(PartProblem::Damaged(Wrapping::Signed).into())
        }
    }
}

/// Where a header is looked for.
fn head(octets: &[u8]) -> &[u8] {
    octets.get(..octets.len().min(ARMOUR_NEAR)).unwrap_or_default()
}

/// What Outlook packed, whether its end is missing, and what is not shown of it.
fn outlook(
    octets: &[u8],
    view: &View<'_>,
    complete: bool,
) -> Result<(Vec<u8>, bool, Option<PartProblem>), Outcome> {
    let damaged = Some(PartProblem::Damaged(Wrapping::Outlook)).filter(|_| complete);
    let Some(tnef) = tnef::Tnef::read(octets) else { return Err(Outcome::closed(damaged, &[])) };
    let marks: Vec<Vec<u8>> = tnef.sensitivity().map(Vec::from).into_iter().collect();
    if tnef.damaged && complete {
        return Err(Outcome::Closed { problem: damaged, marks });
    }
    // The text usually stands beside the container as well.
    let texts = || view.leaves().filter(|p| p.main_type() == "text");
    let is_known = |text: &str| {
        let text = one_line(text);
        let near = texts().filter(|p| p.body.len() <= TEXT_MAX).take(TEXTS_MAX);
        near.map(|p| encoding::text(&p.decode().octets, p.content.token("charset").as_deref()))
            .any(|other| one_line(&other) == text)
    };
    let words = texts().any(|p| !p.body.trim_ascii().is_empty());
    let rich = (tnef.is_rich_only() && !words).then_some(PartProblem::RichText);
    match tnef.entity(is_known) {
        Some(entity) => {
            let full = tnef.full.then_some(PartProblem::NotOpened);
            Ok((entity, tnef.damaged, full.or(rich)))
        }
        None => Err(Outcome::Closed { problem: rich, marks }),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Fields that a container at the top has for itself.
const OF_CONTAINER: [&str; 4] =
    ["content-type", "content-transfer-encoding", "content-disposition", "content-md5"];

/// Whether a field inside a container at the top says something about the message.
fn speaks_for_inside(name: &str, value: &[u8]) -> bool {
    let starts = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    // The version tells VPIM by its comment.
    starts("content-") || (name.eq_ignore_ascii_case("mime-version") && value.contains(&b'('))
}

/// Whether a field of the message is about its container alone.
fn speaks_for_container(name: &str) -> bool {
    OF_CONTAINER.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The message's own header over that of what its container holds.
impl<'a> Header<'a> {
    fn around(&self, inside: &Self) -> Self {
        let inner = inside.fields().iter().filter(|f| speaks_for_inside(f.name, f.value));
        let outer = self.fields().iter().filter(|f| !speaks_for_container(f.name));
        let mut header = self.with_fields(inner.chain(outer).copied().collect());
        header.charset = inside.charset.clone().or(header.charset);
        header
    }
}

#[cfg(test)]
mod tests;
