//! LIST, LSUB and STATUS (RFC 9051 sections 6.3.9 to 6.3.11, RFC 6154).

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Done, Session, selected, structure};
use crate::mailboxes::{Mailbox, Refusal, SEPARATOR};
use aloud_model::imap::MailboxRole;

const USES: [(MailboxRole, &str); 6] = [
    (MailboxRole::Sent, "\\Sent"),
    (MailboxRole::Drafts, "\\Drafts"),
    (MailboxRole::Archive, "\\Archive"),
    (MailboxRole::Trash, "\\Trash"),
    (MailboxRole::Junk, "\\Junk"),
    (MailboxRole::All, "\\All"),
];

/// The role of a special-use attribute.
pub(super) fn role(attribute: &str) -> Option<MailboxRole> {
    USES.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(attribute)).map(|(role, _)| role)
}

fn attribute(role: MailboxRole) -> Option<&'static str> {
    USES.into_iter().find(|(r, _)| *r == role).map(|(_, name)| name)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn list(
        &mut self,
        reference: &str,
        patterns: &[String],
        only_special: bool,
        only_subscribed: bool,
        status: &[String],
    ) -> Result<Done, Done> {
        if patterns.iter().any(String::is_empty) {
            self.wire.push("* LIST (\\Noselect) \"/\" \"\"\r\n");
            return Ok(Done::ok("Done"));
        }
        let hide_uses = self.faults().hides("SPECIAL-USE");
        let lines = self.with_mailboxes(|all| {
            let mut lines = Vec::new();
            for mailbox in all.all() {
                let special = attribute(mailbox.role).filter(|_| !hide_uses);
                let named =
                    patterns.iter().any(|p| matches(&format!("{reference}{p}"), &mailbox.name));
                let hidden =
                    (only_special && special.is_none()) || (only_subscribed && !mailbox.subscribed);
                if !named || hidden {
                    continue;
                }
                let children = if all.has_children(&mailbox.name) {
                    "\\HasChildren"
                } else {
                    "\\HasNoChildren"
                };
                let mut attributes = vec![children];
                attributes.extend(special);
                if only_subscribed {
                    attributes.push("\\Subscribed");
                }
                let line = line("LIST", &attributes.join(" "), &mailbox.name);
                lines.push((line, mailbox.name.clone()));
            }
            lines
        });
        for (line, name) in lines.unwrap_or_default() {
            self.wire.push(line);
            if !status.is_empty() {
                self.status(&name, status)?;
            }
        }
        Ok(Done::ok("Done"))
    }

    pub(super) fn lsub(&mut self, reference: &str, pattern: &str) -> Done {
        let pattern = format!("{reference}{pattern}");
        let lines = self.with_mailboxes(|all| {
            let named = all.all().iter().filter(|m| m.subscribed && matches(&pattern, &m.name));
            named.map(|m| line("LSUB", "", &m.name)).collect::<Vec<_>>()
        });
        for line in lines.unwrap_or_default() {
            self.wire.push(line);
        }
        Done::ok("Done")
    }

    pub(super) fn status(&mut self, name: &str, items: &[String]) -> Result<Done, Done> {
        let condstore = !self.faults().hides("CONDSTORE");
        let read = |m: &Mailbox| -> Option<(String, Vec<String>)> {
            let value = |item: &String| {
                let item = item.to_ascii_uppercase();
                let value = match item.as_str() {
                    "MESSAGES" => selected::visible(m, self.faults()).len() as u64,
                    "RECENT" => 0,
                    "UIDNEXT" => u64::from(m.uid_next),
                    "UIDVALIDITY" => u64::from(m.uid_validity.0),
                    "UNSEEN" => m.unseen() as u64,
                    "HIGHESTMODSEQ" if condstore => m.highest_modseq,
                    _ => return None,
                };
                Some(format!("{item} {value}"))
            };
            Some((m.name.clone(), items.iter().map(value).collect::<Option<_>>()?))
        };
        let found = self.look(name, read).ok_or(Done::from(Refusal::NoSuchMailbox))?;
        let (name, pairs) = found.ok_or_else(|| Done::Bad("Unknown status item".into()))?;
        self.condstore |= pairs.iter().any(|pair| pair.starts_with("HIGHESTMODSEQ"));
        let mut out = b"* STATUS ".to_vec();
        structure::write_string(&mut out, name.as_bytes());
        out.extend(format!(" ({})\r\n", pairs.join(" ")).bytes());
        self.wire.push(out);
        Ok(Done::ok("Done"))
    }
}

fn line(verb: &str, attributes: &str, name: &str) -> Vec<u8> {
    let mut out = format!("* {verb} ({attributes}) \"{SEPARATOR}\" ").into_bytes();
    structure::write_string(&mut out, name.as_bytes());
    out.extend_from_slice(b"\r\n");
    out
}

/// `*` matches anything, `%` anything but the separator; INBOX without case. Takes time
/// proportional to both lengths multiplied, whatever the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let fold = name.eq_ignore_ascii_case("INBOX");
    let name: Vec<char> =
        if fold { name.to_ascii_uppercase() } else { name.to_owned() }.chars().collect();
    let pattern = if fold { pattern.to_ascii_uppercase() } else { pattern.to_owned() };
    // reached[i]: the pattern so far matches the first i characters.
    let mut reached = vec![false; name.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut running = false;
        for (at, to) in next.iter_mut().enumerate() {
            let here = reached.get(at).copied().unwrap_or_default();
            let before = at.checked_sub(1);
            let read = before.and_then(|b| name.get(b));
            let was = before.and_then(|b| reached.get(b)).copied().unwrap_or_default();
            *to = match wanted {
                '*' => {
                    running |= here;
                    running
                }
                '%' => {
                    running = here || (running && read != Some(&SEPARATOR));
                    running
                }
                letter => was && read == Some(&letter),
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*", "a/b", true),
            ("%", "a/b", false),
            ("%", "a", true),
            ("a/%", "a/b", true),
            ("a/%", "a/b/c", false),
            ("a*c", "a/b/c", true),
            ("%/%", "a/b", true),
            ("inbox", "INBOX", true),
            ("sent", "Sent", false),
            ("", "a", false),
            ("a%%*b", "a/xb", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        let long = "*".repeat(200);
        assert!(matches(&long, &"a".repeat(200)));
    }
}
