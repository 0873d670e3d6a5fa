//! Names of widgets, shared by the window and its tests.

use iced::widget::Id;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal;)*) => {
        $($(#[doc = $doc])* pub const $name: Id = Id::new($text);)*
    };
}

ids! {
    /// Search field of the list.
    SEARCH "search";
    /// Rows of the list.
    LIST "list";
    /// Places at the left.
    SIDEBAR "sidebar";
    /// "New voice message".
    NEW_VOICE "new-voice";
    /// Sort menu of the list.
    SORT "sort";
    /// The composer: Tab stays inside it.
    COMPOSER "composer";
    /// A dialog: Tab stays inside it.
    DIALOG "dialog";
    /// Undo on a toast.
    UNDO "undo";
    /// Sync status.
    SYNC "sync";
    /// Pause in the now-playing strip.
    STRIP_PLAY "strip-play";
    /// An enlarged fax page, which scrolls.
    FAX "fax";
}
