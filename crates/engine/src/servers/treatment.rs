//! What the engine does differently at a server. Each field is consulted by one place, which its
//! comment names; there is none that nothing asks for.

use std::ops::RangeInclusive;

/// Longest text of a row, in octets; most texts of a list.
const TEXT: usize = 200;
const LIST: usize = 50;

/// How a server is to be treated; what a row does not name is as the standards say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Treatment {
    /// What it offers and is not believed: IMAP capabilities and EHLO keywords, upper case
    /// (`imap::Session::has`, `smtp::read_facts`).
    #[serde(default)]
    pub deny: Vec<String>,
    /// What is believed all the same, whatever later rows say.
    #[serde(default)]
    pub believe: Vec<String>,
    /// It files in Sent what is submitted through it; how many seconds that may take before a copy
    /// is added (`account::filing`).
    pub files_sent: Option<u32>,
}

impl Treatment {
    /// Adds what a later row says; what is said already stands.
    pub(super) fn then(&mut self, later: &Self) {
        for name in &later.deny {
            if !self.believe.contains(name) && !self.deny.contains(name) {
                self.deny.push(name.clone());
            }
        }
        self.believe.extend(later.believe.iter().cloned());
        self.files_sent = self.files_sent.or(later.files_sent);
    }

    /// Whether something that the server offers is not believed.
    #[must_use]
    pub fn denies(&self, name: &str) -> bool {
        self.deny.iter().any(|denied| denied == name)
    }

    /// The field whose value cannot be used.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let within = |value: Option<u32>, range: RangeInclusive<u32>| {
            value.is_none_or(|value| range.contains(&value))
        };
        let names = |list: &[String]| {
            let plain = |name: &String| {
                (1..=TEXT).contains(&name.len())
                    && name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_lowercase())
            };
            list.len() <= LIST && list.iter().all(plain)
        };
        [
            ("deny", names(&self.deny)),
            ("believe", names(&self.believe)),
            ("files-sent", within(self.files_sent, 1..=120)),
        ]
        .into_iter()
        .find_map(|(field, good)| (!good).then_some(field))
    }
}
