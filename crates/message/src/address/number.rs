//! Telephone numbers as strings of digits and dial signs (RFC 3191 section 2, RFC 2846 section 2).

use super::AmisFault;

/// Most digits of an E.164 number, and of an extension.
pub const DIGITS_MAX: usize = 15;
/// Longest local dial string.
const DIAL_MAX: usize = 40;

/// A number without visual separators: `+` and digits when it is global (E.164), else a local dial
/// string of digits, `#`, `*`, `A` to `D`, `p` (pause) and `w` (wait). Equal means equal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// No digit in it.
    #[error("there is no digit in it")]
    Empty,
    /// More than 15 digits, or a dial string of more than 40 signs.
    #[error("a telephone number has at most 15 digits")]
    TooLong,
    /// A sign that telephones do not have.
    #[error("a telephone number cannot hold {0:?}")]
    Sign(char),
    /// Fewer digits than a number of its country has.
    #[error("the number is not complete")]
    TooShort,
    /// More digits than a number of its country has: two numbers, or one with more behind it.
    #[error("this could be more than one number")]
    Several,
    /// A prefix, area code or zero in parentheses that no known plan has.
    #[error("nobody can say which country the number is in")]
    Prefix,
    /// What follows the mark of an extension is not 1 to 15 digits, or there are two.
    #[error("an extension has 1 to 15 digits")]
    Extension,
    /// A local number of another system (RFC 3966 section 5.1.5).
    #[error("the number belongs to another system")]
    Context,
}

impl Number {
    /// Reads a number as addresses write it: `-` and `.` are separators. What people type is read
    /// by [`Typed::read`](super::Typed::read).
    ///
    /// # Errors
    /// [`NumberError`].
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (global, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut out = String::with_capacity(text.len());
        out.extend(global.then_some('+'));
        for c in rest.chars().filter(|c| !matches!(c, '-' | '.')) {
            let c = match c {
                'P' | 'W' => c.to_ascii_lowercase(),
                'a'..='d' => c.to_ascii_uppercase(),
                c => c,
            };
            let local = !global && matches!(c, '#' | '*' | 'A'..='D' | 'p' | 'w');
            if !c.is_ascii_digit() && !local {
                return Err(NumberError::Sign(c));
            }
            out.push(c);
        }
        let signs = out.len() - usize::from(global);
        if signs == 0 || !out.bytes().any(|b| b.is_ascii_digit()) {
            return Err(NumberError::Empty);
        }
        if signs > if global { DIGITS_MAX } else { DIAL_MAX } {
            return Err(NumberError::TooLong);
        }
        Ok(Self(out))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it starts with a country code.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.0.starts_with('+')
    }

    /// Whether it is digits only, the `+` of a global number excepted.
    #[must_use]
    pub fn is_dialled_digits(&self) -> bool {
        self.0.strip_prefix('+').unwrap_or(&self.0).bytes().all(|b| b.is_ascii_digit())
    }

    /// For people: global numbers in groups, local ones as they are.
    #[must_use]
    pub fn display(&self) -> String {
        spaced(&self.0)
    }
}

/// Country codes of two digits (ITU-T E.164); 1 and 7 have one digit, all others three.
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// The country code that digits begin with; all of them where they are fewer.
pub(super) fn country_code(digits: &str) -> &str {
    let length = match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGITS.contains(&two) => 2,
        _ => 3,
    };
    digits.get(..length).unwrap_or(digits)
}

/// A global number with blanks: the country code, then groups of three with three to five digits at
/// the end. Anything else as it is; no country is guessed.
#[must_use]
pub fn spaced(number: &str) -> String {
    let Some(digits) = number.strip_prefix('+').filter(|d| d.is_ascii() && !d.contains('+')) else {
        return number.to_owned();
    };
    let country = country_code(digits);
    let mut rest = digits.strip_prefix(country).unwrap_or_default();
    let mut out = format!("+{country}");
    while rest.len() > 5 {
        let (group, tail) = rest.split_at(3);
        out.push(' ');
        out.push_str(group);
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(rest);
    }
    out
}

/// What RFC 3804 section 4.2.3 forbids in an AMIS mailbox: public `country+area+local+` with at most
/// 15 digits, private `0++local+` with at most 14, a mailbox of at most 16, 32 in all.
pub(super) fn amis_fault(number: &str) -> Option<AmisFault> {
    if number.is_empty() {
        return Some(AmisFault::Empty);
    }
    if !number.chars().all(|c| c.is_ascii_digit() || c == '+') {
        return Some(AmisFault::Sign);
    }
    if number.chars().filter(char::is_ascii_digit).count() > 32 {
        return Some(AmisFault::TooLong);
    }
    let elements: Vec<&str> = number.split('+').collect();
    match elements.as_slice() {
        ["0", "", local, ""] if local.len() > 14 => Some(AmisFault::PrivateTooLong),
        [country, area, local, ""] if country.len() + area.len() + local.len() > DIGITS_MAX => {
            Some(AmisFault::PublicTooLong)
        }
        [mailbox] if mailbox.len() > 16 => Some(AmisFault::MailboxTooLong),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for (text, expected) in [
            ("+1-613-555.0142", Ok("+16135550142")),
            ("1 2", Err(NumberError::Sign(' '))),
            ("9p040P22.63.38", Ok("9p040p226338")),
            ("*98#", Ok("*98#")),
            ("+1234567890123456", Err(NumberError::TooLong)),
            ("+*98", Err(NumberError::Sign('*'))),
            ("555-HOME", Err(NumberError::Sign('H'))),
            ("", Err(NumberError::Empty)),
            ("+", Err(NumberError::Empty)),
            ("##", Err(NumberError::Empty)),
        ] {
            assert_eq!(
                Number::parse(text).as_ref().map(Number::as_str),
                expected.as_ref().copied(),
                "{text}"
            );
        }
    }

    #[test]
    fn global_numbers_are_grouped() {
        for (number, expected) in [
            ("+16135550142", "+1 613 555 0142"),
            ("+35312345678", "+353 123 45678"),
            ("+12", "+1 2"),
            ("+1", "+1"),
            ("+44", "+44"),
            ("2500", "2500"),
            ("1+401+5+", "1+401+5+"),
        ] {
            assert_eq!(spaced(number), expected);
        }
    }

    #[test]
    fn amis_limits() {
        for (number, ok) in [
            ("1+401+3278144+", true),
            ("0++5550142+", true),
            ("0++123456789012345+", false),
            ("12345+123456+123456+", false),
            ("1234567890123456", true),
            ("12345678901234567", false),
            ("12a", false),
            ("", false),
        ] {
            assert_eq!(amis_fault(number).is_none(), ok, "{number}");
        }
    }
}
