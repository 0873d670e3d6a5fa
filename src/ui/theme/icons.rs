//! The icons: Lucide (ISC licence, see `assets/icons`) and a few of our own on the same grid.

use std::sync::OnceLock;

use iced::{
    Color, Length,
    widget::svg::{self, Handle, Svg},
};

macro_rules! icons {
    ($($name:ident $file:literal;)*) => {
        /// An icon by its purpose-free name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Icon {
            $($name,)*
        }

        const FILES: &[&[u8]] = &[
            $(include_bytes!(concat!("../../../assets/icons/", $file, ".svg")),)*
        ];
    };
}

icons! {
    Archive "archive";
    ArrowDown "arrow-down";
    ArrowLeft "arrow-left";
    ArrowRight "arrow-right";
    AtSign "at-sign";
    AudioLines "audio-lines";
    BookUser "book-user";
    Check "check";
    CheckCheck "check-check";
    ChevronDown "chevron-down";
    ChevronLeft "chevron-left";
    ChevronRight "chevron-right";
    ChevronsUpDown "chevrons-up-down";
    CircleAlert "circle-alert";
    CircleCheck "circle-check";
    CircleDot "circle-dot";
    CircleUserRound "circle-user-round";
    CircleX "circle-x";
    Clock "clock";
    CloudOff "cloud-off";
    Contact "contact";
    Copy "copy";
    Download "download";
    Ellipsis "ellipsis";
    Eye "eye";
    EyeOff "eye-off";
    Fax "fax";
    FileCheck "file-check";
    Folder "folder";
    Forward "forward";
    HardDrive "hard-drive";
    Headphones "headphones";
    IdCard "id-card";
    Inbox "inbox";
    Info "info";
    KeyRound "key-round";
    Keyboard "keyboard";
    Lock "lock";
    Mail "mail";
    MailCheck "mail-check";
    MailX "mail-x";
    MapPin "map-pin";
    Maximize2 "maximize-2";
    Menu "menu";
    Mic "mic";
    MicOff "mic-off";
    Minimize2 "minimize-2";
    Minus "minus";
    Palette "palette";
    Paperclip "paperclip";
    Pause "pause";
    Pencil "pencil";
    Phone "phone";
    Play "play";
    Plus "plus";
    Record "record";
    RefreshCw "refresh-cw";
    Reply "reply";
    RotateCcw "rotate-ccw";
    RotateCw "rotate-cw";
    Search "search";
    Send "send";
    Settings "settings";
    ShieldCheck "shield-check";
    SquarePen "square-pen";
    Stop "stop";
    Trash2 "trash-2";
    TriangleAlert "triangle-alert";
    Type "type";
    UserRoundPlus "user-round-plus";
    Voicemail "voicemail";
    Volume2 "volume-2";
    VolumeX "volume-x";
    X "x";
    ZoomIn "zoom-in";
    ZoomOut "zoom-out";
}

impl Icon {
    fn handle(self) -> Handle {
        static HANDLES: [OnceLock<Handle>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
        let at = self as usize;
        // Both tables are as long as the enum.
        HANDLES[at].get_or_init(|| Handle::from_memory(FILES[at])).clone()
    }
}

/// An icon in one colour; 12, 14, 16, 18 or 20 px.
#[must_use]
pub fn icon<'a>(icon: Icon, size: f32, color: Color) -> Svg<'a> {
    svg::Svg::new(icon.handle())
        .width(Length::Fixed(size))
        .height(Length::Fixed(size))
        .style(move |_, _| svg::Style { color: Some(color) })
}

static LOGO_LIGHT: &[u8] = include_bytes!("../../../assets/icons/logo.svg");
static LOGO_DARK: &[u8] = include_bytes!("../../../assets/icons/logo-dark.svg");

/// The logo.
#[must_use]
pub fn logo<'a>(look: super::Look, size: f32) -> Svg<'a> {
    let file = if look.c.dark { LOGO_DARK } else { LOGO_LIGHT };
    svg::Svg::new(Handle::from_memory(file)).width(size).height(size)
}
