//! Recordings beside the message drawn: one under the other, each with its player.

use iced::widget::column;

use crate::ui::{
    screen::{
        Context, player,
        reader::clips::{Clips, Message},
        words,
    },
    theme::{Look, SEMIBOLD, Type},
    widget::{El, button},
};

/// Draws the recordings, or nothing where there are none.
pub(super) fn list<'a>(
    clips: &'a Clips,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> Option<El<'a, Message>> {
    if clips.is_empty() {
        return None;
    }
    let (shown, more) = clips.shown();
    let title = fl!("reader-recordings", count = shown.len() + more);
    let mut all = column![look.text(Type::Ui, title).font(SEMIBOLD).color(look.c.text)].spacing(12);
    for (at, clip) in shown.iter().enumerate() {
        let size = words::size(clip.octets as u64);
        let detail = match clip.player.length().filter(|_| clips.are_measured()) {
            Some(length) => format!("{} · {size}", words::length(length)),
            None if clips.are_measured() => size,
            None => String::new(),
        };
        let drawn = player::small(&clip.player, &clip.title, detail, ctx, look, width);
        all = all.push(drawn.map(move |m| Message::Player(at, m)));
    }
    if more > 0 {
        let label = fl!("reader-recordings-more", count = more);
        all = all.push(button::outline_small(look, label).on_press(Message::More));
    }
    Some(all.into())
}
