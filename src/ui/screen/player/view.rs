//! The player drawn: in full for the message on screen, compact in cards and beside the composer.

use std::{sync::Arc, time::Duration};

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, space, text::Wrapping},
};

use super::{Fault, Message, Player, SPEEDS, Stand};
use crate::{
    message::PartRole,
    ui::{
        screen::{
            Context,
            words::{clock as time, clock_secs, length as whole},
        },
        theme::{
            Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
            style::{self, Face, Kind},
        },
        widget::{
            El, Press, Waveform, button, checkbox, clock, ellipsis,
            menu::{Item, menu},
            popover, slider, tip, vertical_hairline,
        },
    },
    wording::figures,
};

/// Below this width volume folds into a button, then Skip silence into the list of speeds.
const NARROW: f32 = 560.0;
/// Below this one Skip silence folds too.
const NARROWER: f32 = 460.0;

/// The whole player. `origin` is the quiet line at the right ("VPIM · English (Canada)").
pub fn full<'a>(
    player: &'a Player,
    origin: String,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    let stand = player.stand(ctx.audio);
    let (position, length) = player.position(ctx.audio);
    let mut body = column![].spacing(0);
    // Larger text leaves less room.
    let small = width / look.scale.max(1.0);
    let chips = chips(player, ctx, look);
    if chips.is_some() || !origin.is_empty() {
        let mut line = row![].spacing(8).align_y(Alignment::Center);
        line = match chips {
            Some(chips) => line.push(container(chips).width(Length::Fill)),
            None => line.push(space().width(Length::Fill)),
        };
        if small >= 520.0 {
            line =
                line.push(look.text(Type::Small, origin).color(c.text_3).wrapping(Wrapping::None));
        }
        body = body.push(line).push(space().height(12));
    }
    let wave = waveform(player, ctx, look, 56.0);
    let times = if let Stand::Loading(percent) = &stand {
        fetching(look, *percent)
    } else {
        times(player, position, length, look)
    };
    let right = column![space().height(4), wave, space().height(8), times].width(Length::Fill);
    body = body.push(
        row![container(main_button(&stand, 48.0, look)).padding(Padding::ZERO.top(8)), right]
            .spacing(16),
    );
    if let Some((fact, actions)) = trouble(player, &stand, ctx, look) {
        let words = row![
            icon(Icon::CircleAlert, 16.0, c.danger),
            look.text(Type::Small, fact).color(c.text_2).width(Length::Fill)
        ]
        .spacing(8)
        .align_y(Alignment::Center);
        body = body.push(space().height(8));
        // Two buttons leave a line of their own to the words.
        body = if actions.len() > 1 || small < NARROWER {
            let buttons = row(actions).spacing(8).wrap().vertical_spacing(6);
            body.push(words).push(space().height(8)).push(buttons)
        } else {
            body.push(row![words].extend(actions).spacing(8).align_y(Alignment::Center))
        };
    }
    body = body.push(space().height(6)).push(controls(player, ctx, look, small));
    container(body)
        .width(Length::Fill)
        .padding(Padding { top: 14.0, right: 16.0, bottom: 10.0, left: 16.0 })
        .style(move |_| style::card(look))
        .into()
}

/// One line: play, waveform, "0:21 / 0:34".
pub fn compact<'a>(player: &'a Player, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let stand = player.stand(ctx.audio);
    let (position, length) = player.position(ctx.audio);
    let guessed = player.waits && player.progress.is_some();
    let figures = if length.is_zero() || guessed {
        // Nobody has measured it yet.
        String::new()
    } else if position.is_zero() {
        whole(length)
    } else {
        format!("{} / {}", passed(position, length), whole(length))
    };
    let line: El<'a, Message> = match trouble(player, &stand, ctx, look) {
        Some((fact, actions)) => {
            row![look.text(Type::Small, fact).color(c.text_2).width(Length::Fill)]
                .extend(actions)
                .spacing(8)
                .align_y(Alignment::Center)
                .into()
        }
        None => {
            row![waveform(player, ctx, look, 34.0), clock(look, Type::Ui, figures).color(c.text_2)]
                .spacing(16)
                .align_y(Alignment::Center)
                .into()
        }
    };
    container(row![main_button(&stand, 36.0, look), line].spacing(16).align_y(Alignment::Center))
        .width(Length::Fill)
        .padding([8, 16])
        .padding(Padding { left: 10.0, right: 16.0, top: 8.0, bottom: 8.0 })
        .style(move |_| style::card(look))
        .into()
}

/// A recording beside the message: its name, what it is, and a player of one line. While it is under
/// way, what goes with it stands below: seconds back and on, speed, pauses, volume.
pub fn small<'a>(
    player: &'a Player,
    title: &'a str,
    detail: String,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    let mut head = row![
        ellipsis(look, Type::Ui, title).font(MEDIUM).color(c.text).width(Length::Fill),
        look.text(Type::Small, detail).color(c.text_2).wrapping(Wrapping::None),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    if player.saves {
        head = head.push(button::icon_button_of(
            look,
            Kind::Ghost,
            Icon::Download,
            28.0,
            fl!("player-save"),
            None,
            Some(Message::Save),
        ));
    }
    let mut all = column![head, compact(player, ctx, look)].spacing(4);
    if player.is_under_way(ctx.audio) {
        let room = container(controls(player, ctx, look, width / look.scale.max(1.0)));
        all = all.push(room.padding(Padding { left: 10.0, right: 10.0, ..Padding::ZERO }));
    }
    all.into()
}

fn main_button<'a>(stand: &Stand, size: f32, look: Look) -> El<'a, Message> {
    let (mark, name) = match stand {
        Stand::Playing => (Icon::Pause, fl!("player-pause")),
        Stand::Ended => (Icon::RotateCcw, fl!("player-again")),
        Stand::Loading(_) => (Icon::Download, fl!("player-fetching-name")),
        Stand::Faulty(Fault::NotHere) => (Icon::Download, fl!("player-not-here-name")),
        Stand::Ready | Stand::Paused | Stand::Faulty(_) | Stand::NoOutput => {
            (Icon::Play, fl!("player-play"))
        }
    };
    let rests = matches!(stand, Stand::Faulty(_) | Stand::Loading(_));
    let kind = if rests { Kind::Disabled } else { Kind::Primary };
    button::round(look, kind, mark, size, name, Some("Space"), Message::Toggle)
}

/// "Hear who it’s from 0:02", "Spoken subject 0:05", each only if the part exists.
fn chips<'a>(player: &Player, ctx: &Context<'_>, look: Look) -> Option<El<'a, Message>> {
    let mut line = row![].spacing(8);
    let mut any = false;
    for (role, label) in [
        (PartRole::SpokenName, fl!("player-who")),
        (PartRole::SpokenSubject, fl!("player-subject")),
    ] {
        let Some(track) = player.track(role) else { continue };
        let sounding = player.is_playing(ctx.audio) && player.current(ctx.audio) == Some(role);
        line = line.push(pill(
            look,
            sounding,
            label,
            track.seconds.map(clock_secs),
            Message::Chip(role),
        ));
        any = true;
    }
    any.then(|| line.wrap().vertical_spacing(6).into())
}

/// A pill with a small play or pause sign, a label and a length.
pub fn pill<'a, M: Clone + 'a>(
    look: Look,
    sounding: bool,
    label: String,
    length: Option<String>,
    message: M,
) -> El<'a, M> {
    let c = look.c;
    let mark = if sounding { Icon::Pause } else { Icon::Play };
    let mut line = row![
        icon(mark, 12.0, c.accent),
        look.text(Type::Small, label).font(MEDIUM).wrapping(Wrapping::None)
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    if let Some(length) = length {
        line = line.push(look.text(Type::Small, length).color(c.text_2).wrapping(Wrapping::None));
    }
    Press::new(container(line).center_y(Length::Fill))
        .height(look.height(28.0))
        .padding([0, 12])
        .face(move |touch| {
            let face = Kind::Outline.face(look, touch);
            Face {
                radius: radius::FULL,
                fill: if sounding { Some(c.accent_soft) } else { face.fill.or(Some(c.reading)) },
                ..face
            }
        })
        .ring(c.accent)
        .on_press(message)
        .into()
}

fn waveform<'a>(player: &'a Player, ctx: &Context<'_>, look: Look, height: f32) -> El<'a, Message> {
    let (position, length) = player.position(ctx.audio);
    let ended = player.stand(ctx.audio) == Stand::Ended;
    let peaks =
        if player.peaks.is_empty() { Arc::from([0_u8; 1]) } else { Arc::clone(&player.peaks) };
    let mut wave = Waveform::new(look, peaks, position, length).height(height).ended(ended);
    if ctx.audio.player.skip_silence {
        wave = wave.skipped(Arc::clone(&player.silences));
    }
    if !length.is_zero() && !matches!(player.stand(ctx.audio), Stand::Faulty(_)) {
        wave = wave.on_seek(Message::Seek);
    }
    wave.into()
}

fn fetching<'a>(look: Look, percent: Option<u8>) -> El<'a, Message> {
    let text = match percent {
        Some(percent) => fl!("player-fetching", percent = percent.to_string()),
        None => fl!("player-loading"),
    };
    look.text(Type::Small, text).color(look.c.text_2).into()
}

/// Position at the left; remaining with a minus, or the whole, at the right. A press swaps them.
fn times<'a>(player: &Player, position: Duration, length: Duration, look: Look) -> El<'a, Message> {
    let c = look.c;
    let rest = length.saturating_sub(position);
    let right = if player.show_total || position.is_zero() || rest.is_zero() {
        whole(length)
    } else {
        // Whole seconds of both sides add up to the whole length.
        let rounded = length.as_secs_f64().round() as u64;
        format!("−{}", time(Duration::from_secs(rounded.saturating_sub(position.as_secs()))))
    };
    let press = |text: String| {
        Press::new(clock(look, Type::Small, text).color(c.text_2))
            .face(move |_| Face { fill: None, outline: None, radius: 4.0, text: c.text_2 })
            .ring(c.accent)
            .on_press(Message::SwapTime)
    };
    row![press(passed(position, length)), space().width(Length::Fill), press(right)].into()
}

/// The seconds that have passed; at its end the whole length.
fn passed(position: Duration, length: Duration) -> String {
    if position >= length { whole(length) } else { time(position) }
}

fn controls<'a>(player: &'a Player, ctx: &Context<'a>, look: Look, width: f32) -> El<'a, Message> {
    let c = look.c;
    let skip = |mark, seconds: f64, name: String, key| {
        tip(
            look,
            button::labelled(look, Kind::Ghost, button::Size::Small, Some(mark), fl!("player-10"))
                .on_press(Message::Skip(seconds)),
            name,
            Some(key),
        )
    };
    let mut line = row![
        skip(Icon::RotateCcw, -10.0, fl!("player-back"), "7"),
        skip(Icon::RotateCw, 10.0, fl!("player-on"), "9"),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    if width >= NARROWER {
        line = line.push(container(vertical_hairline(look)).height(16).padding([0, 6]))
    }
    line = line.push(stepper(player, ctx, look, width < NARROWER));
    if width >= NARROWER {
        line = line.push(space().width(8)).push(checkbox(
            look,
            ctx.audio.player.skip_silence,
            fl!("player-skip-silence"),
            Message::SkipSilence(!ctx.audio.player.skip_silence),
        ));
    }
    line = line.push(space().width(Length::Fill));
    line = line.push(volume(player, ctx, look, width < NARROW));
    let _ = c;
    // The icons of the first buttons stand under the edge of the play button.
    container(line).padding(Padding::ZERO.left(-8.0)).into()
}

fn volume<'a>(player: &'a Player, ctx: &Context<'a>, look: Look, folded: bool) -> El<'a, Message> {
    let state = &ctx.audio.player;
    let (mark, name) = if state.muted {
        (Icon::VolumeX, fl!("player-unmute"))
    } else {
        (Icon::Volume2, fl!("player-mute"))
    };
    let shown = if state.muted { 0.0 } else { state.volume };
    if !folded {
        return row![
            button::icon_button_of(
                look,
                Kind::Ghost,
                mark,
                28.0,
                name,
                Some("M"),
                Some(Message::Mute)
            ),
            slider(look, shown, Message::Volume),
        ]
        .spacing(4)
        .align_y(Alignment::Center)
        .into();
    }
    let anchor = button::icon_button_of(
        look,
        Kind::Ghost,
        mark,
        28.0,
        fl!("player-volume"),
        None,
        Some(Message::VolumeOpen),
    );
    let content = player
        .volume_open
        .then(|| container(slider(look, shown, Message::Volume)).padding(12).into());
    popover(look, anchor, content, Message::VolumeOpen).end().into()
}

fn stepper<'a>(
    player: &'a Player,
    ctx: &Context<'a>,
    look: Look,
    with_silence: bool,
) -> El<'a, Message> {
    let c = look.c;
    let speed = ctx.audio.player.speed;
    let step = |mark, by, name: String, key| {
        button::icon_button_of(
            look,
            Kind::Ghost,
            mark,
            26.0,
            name,
            Some(key),
            Some(Message::Step(by)),
        )
    };
    let value = Press::new(
        container(look.text(Type::Small, figures::speed(speed)).font(SEMIBOLD))
            .center_x(Length::Fill)
            .center_y(Length::Fill),
    )
    .width(38.0 * look.scale)
    .height(26.0 * look.scale)
    .face(move |touch| Kind::Ghost.face(look, touch))
    .ring(c.accent)
    .on_press(Message::Speeds);
    let content = player.speeds_open.then(|| {
        let mut items: Vec<Item<'a, Message>> = SPEEDS
            .iter()
            .map(|s| {
                Item::new(figures::speed(*s), Message::Speed(*s)).checked((s - speed).abs() < 0.01)
            })
            .collect();
        if with_silence {
            let on = ctx.audio.player.skip_silence;
            items.push(Item::separator());
            items
                .push(Item::new(fl!("player-skip-silence"), Message::SkipSilence(!on)).checked(on));
        }
        menu(look, items, 150.0)
    });
    let value =
        popover(look, tip(look, value, fl!("player-speed"), None), content, Message::Speeds);
    container(
        row![
            step(Icon::Minus, -1, fl!("player-slower"), "["),
            value,
            step(Icon::Plus, 1, fl!("player-faster"), "]"),
        ]
        .align_y(Alignment::Center),
    )
    .style(move |_| style::boxed(c.reading, Some(c.border_strong), radius::CONTROL))
    .into()
}

/// What stands below the waveform when something is wrong, and the ways out.
fn trouble<'a>(
    player: &Player,
    stand: &Stand,
    ctx: &Context<'a>,
    look: Look,
) -> Option<(String, Vec<El<'a, Message>>)> {
    let small = |label: String, message| -> El<'a, Message> {
        button::outline_small(look, label).on_press(message).into()
    };
    Some(match stand {
        Stand::Faulty(Fault::NotHere) => (fl!("player-not-here"), Vec::new()),
        Stand::Faulty(Fault::Damaged) => {
            (fl!("player-damaged"), vec![small(fl!("player-play-rest"), Message::PlayWhatsThere)])
        }
        Stand::Faulty(Fault::Unknown(kind)) => {
            let mut ways = Vec::new();
            if let Some(program) = ctx.prefs.program_name() {
                let label = fl!("player-by-program", program = program);
                ways.push(small(label, Message::ByProgram));
            }
            if player.saves {
                ways.push(small(fl!("player-save"), Message::Save));
            }
            (fl!("player-unknown", kind = kind), ways)
        }
        Stand::Faulty(Fault::Other(text)) => (text.clone(), Vec::new()),
        Stand::NoOutput => (fl!("player-no-output"), Vec::new()),
        Stand::Ready | Stand::Loading(_) | Stand::Playing | Stand::Paused | Stand::Ended => {
            return None;
        }
    })
}

/// The head of a card with a compact player: who, when, and its length.
pub fn caption<'a, M: 'a>(look: Look, text: String) -> El<'a, M> {
    ellipsis(look, Type::Small, text).color(look.c.text_2).into()
}
