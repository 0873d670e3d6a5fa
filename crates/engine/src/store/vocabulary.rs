//! The closed sets of words that columns of the database hold, each with one spelling of a value.
//!
//! A word that its set does not have is an error that names the column ([`UnknownWord`]), never
//! another value. Words are stored, so a variant may be renamed but its word may not. Sets of
//! `aloud_model` are stored through [`Word`] as well.

use aloud_model::{Importance, MessageKind, imap::MailboxRole};
use rusqlite::{
    Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

/// A closed set of words in one column.
pub(crate) trait Vocabulary: Copy + Sized + 'static {
    /// The column, as `table.column`.
    const COLUMN: &'static str;
    /// Every value.
    const ALL: &'static [Self];
    /// The word of a value.
    fn word(self) -> &'static str;
    /// The value of a word.
    fn value(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

/// A column holds a word that its set does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{column} holds the unknown word {word:?}")]
pub(crate) struct UnknownWord {
    column: &'static str,
    word: String,
}

/// A value as its column holds it, to read and to bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: Vocabulary> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        T::value(word).map(Self).ok_or_else(|| {
            FromSqlError::Other(Box::new(UnknownWord { column: T::COLUMN, word: word.to_owned() }))
        })
    }
}

impl<T: Vocabulary> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.word()))
    }
}

/// The value of a column that is only shown: an unknown word is logged and `instead` stands for it,
/// so that it costs one row its mark and not the list its rows. Where something is done by the value,
/// read a [`Word`], which fails.
pub(crate) fn shown<T: Vocabulary>(row: &Row<'_>, at: usize, instead: T) -> rusqlite::Result<T> {
    match row.get::<_, Word<T>>(at) {
        Ok(Word(value)) => Ok(value),
        Err(rusqlite::Error::FromSqlConversionFailure(_, _, reason))
            if reason.is::<UnknownWord>() =>
        {
            tracing::error!(column = T::COLUMN, "a row holds a word that nobody knows");
            Ok(instead)
        }
        Err(other) => Err(other),
    }
}

/// Words between quotes and commas, for `IN (...)`.
pub(crate) fn quoted<T: Vocabulary>(values: &[T]) -> String {
    let words: Vec<String> = values.iter().map(|value| format!("'{}'", value.word())).collect();
    words.join(", ")
}

/// Declares an enum whose values are the words of one column.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident in $column:literal {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// The word that stands for it in the database; never changed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word of [`Self::as_str`]; `None` for any other.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                $crate::store::vocabulary::Vocabulary::value(word)
            }
        }

        impl $crate::store::vocabulary::Vocabulary for $name {
            const COLUMN: &'static str = $column;
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn word(self) -> &'static str {
                self.as_str()
            }
        }
    };
}
pub(crate) use vocabulary;

impl Vocabulary for MessageKind {
    const COLUMN: &'static str = "messages.kind";
    const ALL: &'static [Self] =
        &[Self::Voice, Self::Fax, Self::Video, Self::Email, Self::Mdn, Self::Dsn, Self::Other];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Vocabulary for Importance {
    const COLUMN: &'static str = "messages.importance";
    const ALL: &'static [Self] = &[Self::Low, Self::Normal, Self::High];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Vocabulary for MailboxRole {
    const COLUMN: &'static str = "mailboxes.role";
    const ALL: &'static [Self] = &[
        Self::Inbox,
        Self::Sent,
        Self::Drafts,
        Self::Archive,
        Self::Trash,
        Self::Junk,
        Self::All,
        Self::Plain,
    ];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{
            contacts::SourceKind,
            ops::{OpState, OpType},
            outbox::{Phase, RelatedAs},
            receipts::{Answer, Rule},
        },
        types::{DeliveryState, FailureWhy, OpFailure},
    };

    /// A word has one value and a value one word; a column has no other.
    fn is_closed<T: Vocabulary + PartialEq + std::fmt::Debug>() {
        for value in T::ALL {
            assert_eq!(T::value(value.word()), Some(*value), "two values share a word");
        }
        for word in [" ", "nonsense", "SENT", "sent ", "'"] {
            assert_eq!(T::value(word), None, "{}", T::COLUMN);
        }
        let read: rusqlite::Result<Word<T>> = rusqlite::Connection::open_in_memory()
            .and_then(|c| c.query_row("SELECT 'nonsense'", [], |row| row.get(0)));
        let error = crate::Error::from(read.expect_err("no such word")).to_string();
        assert!(error.contains(T::COLUMN) && error.contains("nonsense"), "{error}");
    }

    #[test]
    fn every_set_is_closed() {
        is_closed::<OpType>();
        is_closed::<OpState>();
        is_closed::<OpFailure>();
        is_closed::<RelatedAs>();
        is_closed::<FailureWhy>();
        is_closed::<Phase>();
        is_closed::<DeliveryState>();
        is_closed::<Answer>();
        is_closed::<Rule>();
        is_closed::<SourceKind>();
        is_closed::<MessageKind>();
        is_closed::<Importance>();
        is_closed::<MailboxRole>();
    }
}
