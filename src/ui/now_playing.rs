//! The strip that stands at the foot while a message sounds that is not on screen.

use std::{sync::Arc, time::Duration};

use iced::{
    Alignment, Length,
    widget::{column, container, row},
};

use super::{
    faces::Faces,
    id,
    screen::player::MESSAGE,
    theme::{
        Icon, Look, SEMIBOLD, Type,
        style::{self, Face, Kind},
    },
    widget::{Avatar, El, Press, Waveform, avatar, button, ellipsis, hairline},
    words,
};
use crate::{
    audio::{Phase, PlayerState},
    engine::ListRow,
    wording::{figures, rows},
};

/// What sounds: the row it came from, and its waveform.
#[derive(Debug, Clone)]
pub struct Playing {
    /// Who and what.
    pub row: ListRow,
    /// Its waveform.
    pub peaks: Arc<[u8]>,
    /// Length of the message, without spoken name and subject.
    pub length: Option<Duration>,
}

impl Playing {
    /// Position and length of the message. While its spoken name or subject sounds, the message
    /// stands at its start.
    #[must_use]
    pub fn position(&self, player: &PlayerState) -> (Duration, Duration) {
        if player.label == MESSAGE {
            (player.position, player.length)
        } else {
            (Duration::ZERO, self.length.or(self.row.duration).unwrap_or_default())
        }
    }
}

/// What the strip says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Hold, or go on.
    Toggle,
    /// Go to a position.
    Seek(Duration),
    /// Show its message.
    Show,
    /// Reply by voice.
    Reply,
    /// Stop and close.
    Close,
}

/// The strip, 64 high.
pub fn view<'a>(
    playing: &'a Playing,
    player: &PlayerState,
    faces: &'a Faces,
    look: Look,
    narrow: bool,
) -> El<'a, Message> {
    let c = look.c;
    let sounding = matches!(player.phase, Phase::Playing | Phase::Waiting);
    let (mark, name) =
        if sounding { (Icon::Pause, fl!("pause")) } else { (Icon::Play, fl!("play")) };
    let row_ = &playing.row;
    let who = match row_.contact.and_then(|id| faces.get(id)) {
        Some(photo) => Avatar::Photo(photo),
        None if row_.outside_caller => Avatar::Caller,
        None => Avatar::Initials {
            name: &row_.sender,
            address: row_.address.as_deref().unwrap_or(&row_.sender),
        },
    };
    let (position, length) = playing.position(player);
    let line = fl!(
        "strip-time",
        at = words::clock(position),
        of = words::clock(length),
        speed = figures::speed(player.speed)
    );
    let person = Press::new(
        row![
            avatar(look, who, 32.0),
            column![
                ellipsis(look, Type::Ui, rows::sender(row_)).font(SEMIBOLD),
                ellipsis(look, Type::Small, line).color(c.text_2),
            ]
            .width(Length::Fill)
        ]
        .spacing(12)
        .align_y(Alignment::Center),
    )
    .width(if narrow { 180.0 } else { 260.0 } * look.scale)
    .padding(4)
    .face(move |touch| Face { text: c.text, ..Kind::Ghost.face(look, touch) })
    .ring(c.accent)
    .on_press(Message::Show);
    let wave = Waveform::new(look, playing.peaks.clone(), position, length)
        .height(24.0)
        .on_seek(Message::Seek);
    let strip = row![
        container(button::round(
            look,
            Kind::Primary,
            mark,
            40.0,
            name,
            Some("Space"),
            Message::Toggle
        ))
        .id(id::STRIP_PLAY),
        person,
        container(wave).width(Length::Fill).padding([0, 12]),
        button::icon_button(look, Icon::Mic, fl!("reply-voice"), Some("R"), Message::Reply),
        button::icon_button(look, Icon::X, fl!("close-strip"), None, Message::Close),
    ]
    .spacing(8)
    .align_y(Alignment::Center)
    .padding([0, 16]);
    column![
        hairline(look),
        container(strip)
            .width(Length::Fill)
            .center_y(Length::Fixed(63.0))
            .style(move |_| style::area(c.reading))
    ]
    .into()
}
