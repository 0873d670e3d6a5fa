//! Telephone numbers as people write them: the one reader for what is typed, pasted, said on a
//! contact card or handed to a command.
//!
//! It reads `+1 (303) 555-0123`, `+44 (0)20 …`, `0044 …`, extensions (`x12`, `ext. 12`, `;ext=12`,
//! pauses), letters of a keypad, digits of other scripts and `tel:` URIs (RFC 3966). What it leaves
//! out or replaces is in [`Typed::notes`]; what could be two numbers, or no subscriber at all, is
//! refused. It knows which country codes have a trunk zero and how long a number of country code 1
//! is, and no other numbering plan. Addresses that arrive are read by [`Number::parse`].
//!
//! Limits: 200 octets. Tests: `typed/tests.rs`, and `tests/cli/compose.rs`.

use super::{DIGITS_MAX, Number, NumberError};
use crate::display::is_invisible;

mod folding;
mod marks;
mod trunk;

/// Longest text that is read, in octets.
const TEXT_MAX: usize = 200;
/// Fewest digits of a global number, country code included (Niue has 7).
const GLOBAL_MIN: usize = 7;
/// Digits before the extension that make a pause one: fewer are a way to an outside line.
const BEFORE_PAUSE_MIN: usize = 3;

/// A number as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The number: global with `+`, or as it is dialled there.
    pub number: Number,
    /// Digits that are dialled after it, of 1 to 15.
    pub extension: Option<String>,
    /// What was left out or replaced, in the order it was met.
    pub notes: Vec<Note>,
}

/// What the reader left out or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A zero that is dialled inside the country only.
    TrunkZero,
    /// The prefix of calls abroad, which became `+`.
    CallPrefix(&'static str),
    /// Letters of a keypad, and the digits they stand for.
    Letters {
        /// As written.
        written: String,
        /// The digits.
        digits: String,
    },
    /// Digits after a pause, which became the extension.
    Pause(String),
    /// A word beside the number, or a parameter of a `tel:` URI.
    Word(String),
    /// The domain of an address with letters outside ASCII, and how mail writes it.
    Domain {
        /// As written.
        written: String,
        /// Its A-labels.
        ascii: String,
    },
}

impl Typed {
    /// Reads a number. `here` is the domain that local numbers belong to: a `tel:` URI whose
    /// `phone-context` is another is refused.
    ///
    /// # Errors
    /// [`NumberError`]: the text is no number, or could be more than one.
    pub fn read(text: &str, here: Option<&str>) -> Result<Self, NumberError> {
        if text.len() > TEXT_MAX {
            return Err(NumberError::TooLong);
        }
        let folded = folding::fold(text);
        let mut reader = Reader::default();
        let rest = reader.uri(folded.trim(), here)?;
        let rest = reader.words(&rest);
        let body = reader.marks(&rest)?;
        let number = reader.number(&body)?;
        reader.finish(number)
    }
}

/// What is known while a text is read.
#[derive(Default)]
struct Reader {
    extension: Option<String>,
    /// `phone-context` names another domain than ours.
    elsewhere: bool,
    /// What is dialled after a pause, with the pause.
    after: Option<String>,
    notes: Vec<Note>,
}

impl Reader {
    /// Takes the scheme and the parameters of RFC 3966 section 3 off.
    fn uri(&mut self, text: &str, here: Option<&str>) -> Result<String, NumberError> {
        let scheme = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:"));
        let text = match scheme {
            Some(_) => folding::percent(text.get(4..).unwrap_or_default().trim_start_matches('/')),
            None => text.to_owned(),
        };
        let mut pieces = text.split(';');
        let number = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "ext" => self.extend(value)?,
                "postd" => self.after = Some(format!("p{value}")),
                "phone-context" => {
                    let same = here.is_some_and(|here| here.eq_ignore_ascii_case(value.trim()));
                    self.elsewhere |= !same;
                }
                _ if name == piece && piece.contains(|c: char| c.is_ascii_digit()) => {
                    return Err(NumberError::Several);
                }
                _ => self.notes.push(Note::Word(piece.to_owned())),
            }
        }
        Ok(number)
    }

    /// Takes words beside the number off: "Tel.", "(work)".
    fn words(&mut self, text: &str) -> String {
        let mut text = text.trim();
        if let Some((label, rest)) = marks::label(text) {
            self.notes.push(Note::Word(label.to_owned()));
            text = rest.trim_start();
        }
        if let Some(inner) = text.strip_suffix(')')
            && let Some((before, word)) = inner.rsplit_once('(')
            && word.chars().any(char::is_alphabetic)
            && !word.chars().any(|c| c.is_ascii_digit() || c == ')')
        {
            self.notes.push(Note::Word(word.trim().to_owned()));
            text = before.trim_end();
        }
        text.to_owned()
    }

    /// Takes an extension or a pause off, and turns letters of a keypad into digits. What remains
    /// is digits, separators and a plus, or a dial string.
    fn marks(&mut self, text: &str) -> Result<String, NumberError> {
        let plain = |c: char| c.is_ascii_digit() || is_separator(c) || c == '+';
        let end = text.find(|c| !plain(c)).unwrap_or(text.len());
        let (head, rest) = text.split_at(end);
        let digits = head.chars().filter(char::is_ascii_digit).count();
        if rest.is_empty() {
            return Ok(head.to_owned());
        }
        if digits > 0
            && let Some(extension) = marks::extension(rest)
        {
            self.extend(extension)?;
            return Ok(head.to_owned());
        }
        let (whole, extension) = match marks::extended(rest) {
            Some((letters, extension)) => {
                (text.get(..head.len() + letters.len()).unwrap_or(text), Some(extension))
            }
            None => (text, None),
        };
        if let Some((number, letters, keys)) = marks::keypad(whole, head) {
            if let Some(extension) = extension {
                self.extend(extension)?;
            }
            self.notes.push(Note::Letters { written: letters, digits: keys });
            return Ok(number);
        }
        let global = head.trim_start_matches([' ', '(']).starts_with('+');
        let whole = global || digits >= BEFORE_PAUSE_MIN;
        if rest.starts_with([',', 'p', 'P', 'w', 'W']) && digits > 0 && whole {
            self.after = Some(rest.to_owned());
            return Ok(head.to_owned());
        }
        if global {
            return Err(NumberError::Sign(rest.chars().next().unwrap_or_default()));
        }
        // A dial string of its own, such as `*98#` or `9p040`; what it cannot hold is refused there.
        Ok(text.to_owned())
    }

    /// Sets the extension, which stands once and is digits.
    fn extend(&mut self, text: &str) -> Result<(), NumberError> {
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        let fits = (1..=DIGITS_MAX).contains(&digits.len());
        if self.extension.is_some() || !fits || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Extension);
        }
        self.extension = Some(digits);
        Ok(())
    }

    /// The digits, with the prefixes of a call at home or abroad taken off.
    fn number(&mut self, body: &str) -> Result<Number, NumberError> {
        let body = body.trim();
        one_number(body)?;
        let start = body.trim_start_matches([' ', '(']);
        let (mut global, rest) = match start.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, body),
        };
        let optional = trunk::optional_zero(rest);
        let mut digits: String = rest.chars().filter(|c| !is_separator(*c)).collect();
        let mut optional = optional;
        if !global && let Some(prefix) = trunk::call_prefix(&digits)? {
            // "0 030 …" is an outside line and a number of this country.
            if !start.starts_with(prefix) {
                return Err(NumberError::Prefix);
            }
            digits.drain(..prefix.len());
            optional = optional.map(|at| at.saturating_sub(prefix.len()));
            self.notes.push(Note::CallPrefix(prefix));
            global = true;
        }
        if global {
            if digits.bytes().all(|b| b.is_ascii_digit())
                && trunk::drop_zero(&mut digits, optional)?
            {
                self.notes.push(Note::TrunkZero);
            }
            digits.insert(0, '+');
        } else if optional.is_some_and(|at| at > 0) {
            // "44 (0)20 …": a country code without its plus, or something else.
            return Err(NumberError::Prefix);
        }
        let number = Number::parse(&digits)?;
        if let Some(digits) = number.as_str().strip_prefix('+') {
            if digits.starts_with('1') {
                trunk::north_american(digits)?;
            }
            if digits.len() < GLOBAL_MIN {
                return Err(NumberError::TooShort);
            }
        }
        Ok(number)
    }

    fn finish(mut self, number: Number) -> Result<Typed, NumberError> {
        if self.elsewhere && !number.is_global() {
            return Err(NumberError::Context);
        }
        if let Some(after) = self.after.take() {
            let pause = |c: char| matches!(c, ',' | 'p' | 'P' | 'w' | 'W' | ' ');
            let digits = after.trim_start_matches(pause).to_owned();
            self.extend(&digits)?;
            self.notes.push(Note::Pause(digits));
        }
        Ok(Typed { number, extension: self.extension, notes: self.notes })
    }
}

/// What people write between the digits of one number, after folding.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')
}

/// A slash stands after an area code: behind a zero or a plus, or with a number behind it that is
/// longer than an extension. After a whole number it begins another one.
fn one_number(body: &str) -> Result<(), NumberError> {
    const AREA_MAX: usize = 7;
    const BARE_AREA_MAX: usize = 4;
    const NUMBER_MIN: usize = 6;
    let Some((before, behind)) = body.rsplit_once('/') else { return Ok(()) };
    let count = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let area = count(before) <= BARE_AREA_MAX && count(behind) >= NUMBER_MIN
        || count(before) <= AREA_MAX
            && before.trim_start_matches([' ', '(']).starts_with(['0', '+']);
    if area { Ok(()) } else { Err(NumberError::Several) }
}

#[cfg(test)]
mod tests;
