//! The recorder drawn: ready, recording, held, in review, and what went wrong.

use std::{sync::Arc, time::Duration};

use iced::{
    Alignment, Length,
    widget::{column, container, row, space},
};

use super::super::{
    Composer, Kind, Message,
    recorder::{Phase, Recorder},
    take_clip,
};
use crate::{
    audio::{self, Problem},
    ui::{
        screen::{
            Context,
            words::{clock as time, length as whole},
        },
        theme::{
            Icon, Look, Type, icon, radius,
            style::{self, Kind as Button},
        },
        widget::{Bar, El, Tone, Waveform, bar, button, clock, meter},
    },
};

/// Width of the clock and its word, so that the waveform stands still.
const WORDS: f32 = 100.0;

/// The small recorder of the spoken subject.
pub(super) fn spoken_subject<'a>(
    spoken: &'a Recorder,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let recording = spoken.phase() == Phase::Recording;
    let (mark, name) = if recording {
        (Icon::Pause, fl!("recorder-pause"))
    } else {
        (Icon::Record, fl!("recorder-record"))
    };
    let length = spoken.take().map_or(Duration::ZERO, |t| t.length);
    let line = row![
        button::round(look, Button::Record, mark, 36.0, name, None, Message::SpokenSubject),
        clock(look, Type::Heading, time(length)).color(c.text),
        look.text(Type::Small, fl!("recorder-subject")).color(c.text_2).width(Length::Fill),
        button::labelled(
            look,
            Button::Outline,
            button::Size::Small,
            Some(Icon::Stop),
            fl!("recorder-finish")
        )
        .on_press(Message::SpokenFinish),
        button::icon_button_of(
            look,
            Button::Ghost,
            Icon::X,
            28.0,
            fl!("composer-spoken-remove"),
            None,
            Some(Message::SpokenRemove)
        ),
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    let _ = ctx;
    container(line).padding([8, 12]).style(move |_| style::card(look)).width(Length::Fill).into()
}

pub(super) fn card<'a>(composer: &'a Composer, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let phase = composer.recorder.phase();
    let body = match phase {
        Phase::Review => review(composer, ctx, look),
        Phase::Ready | Phase::Recording | Phase::Paused => recording(composer, ctx, look),
    };
    let mut all = column![body].spacing(10);
    if let Some((fact, line)) = problem(composer) {
        all = all.push(bar(look, Bar::new(Tone::Warn, Icon::MicOff, fact, line)));
    }
    container(all).width(Length::Fill).padding([14, 16]).style(move |_| style::card(look)).into()
}

fn recording<'a>(composer: &'a Composer, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let state = &ctx.audio.recorder;
    let recorder = &composer.recorder;
    let phase = recorder.phase();
    let length = recorder.take().map_or(Duration::ZERO, |t| t.length);
    let (mark, name, word) = match phase {
        Phase::Recording => (Icon::Pause, fl!("recorder-pause"), fl!("recorder-recording")),
        Phase::Paused => (Icon::Record, fl!("recorder-go-on"), fl!("recorder-paused")),
        Phase::Ready | Phase::Review => (Icon::Record, fl!("recorder-record"), String::new()),
    };
    let main = button::round(look, Button::Record, mark, 48.0, name, Some("Space"), Message::Press);
    let words: El<'a, Message> = match phase {
        Phase::Ready => {
            container(look.text(Type::Ui, fl!("recorder-ready")).color(c.text_2)).into()
        }
        Phase::Recording | Phase::Paused | Phase::Review => {
            let dot = if phase == Phase::Recording {
                row![icon(Icon::Record, 12.0, c.rec), look.text(Type::Small, word).color(c.rec)]
            } else {
                row![look.text(Type::Small, word).color(c.text_2)]
            };
            column![
                clock(look, Type::Display, time(length)).color(c.text),
                dot.spacing(6).align_y(Alignment::Center),
            ]
            .width(WORDS * look.scale)
            .into()
        }
    };
    let mut top = row![main, words].spacing(16).align_y(Alignment::Center);
    if phase != Phase::Ready && ctx.width >= 420.0 {
        let wave = Waveform::new(look, Arc::clone(&state.peaks), Duration::ZERO, length)
            .height(48.0)
            .live();
        top = top.push(wave);
    }
    let mut low = row![].spacing(8).align_y(Alignment::Center);
    if recorder.is_open() {
        low = low
            .push(
                button::labelled(
                    look,
                    Button::Outline,
                    button::Size::Small,
                    Some(Icon::Stop),
                    fl!("recorder-finish"),
                )
                .on_press(Message::Finish),
            )
            .push(
                button::labelled(
                    look,
                    Button::Ghost,
                    button::Size::Small,
                    Some(Icon::RotateCcw),
                    fl!("recorder-again"),
                )
                .on_press(Message::StartAgain),
            );
    }
    if phase == Phase::Paused {
        low = low.push(
            button::labelled(
                look,
                Button::Ghost,
                button::Size::Small,
                Some(Icon::Play),
                fl!("player-play"),
            )
            .on_press(Message::Play),
        );
    }
    low = low.push(space().width(Length::Fill));
    if phase != Phase::Paused && state.problem.is_none() {
        low = low.push(meter(look, state.level, state.silent));
    }
    column![top, low].push(room(recorder, length, look)).spacing(14).into()
}

/// How much more the server takes.
fn room<'a>(recorder: &Recorder, length: Duration, look: Look) -> Option<El<'a, Message>> {
    let c = look.c;
    let limit = recorder.limit()?;
    let left = limit.saturating_sub(length);
    // So much that nobody asks.
    if left > Duration::from_secs(3600) {
        return None;
    }
    let text = fl!("recorder-room", time = time(left));
    if left < Duration::from_secs(30) {
        return Some(bar(look, Bar::new(Tone::Warn, Icon::HardDrive, text, String::new())));
    }
    let done = (length.as_secs_f32() / limit.as_secs_f32().max(0.1)).clamp(0.0, 1.0);
    let part = |share: f32, color| {
        container(space())
            .height(4)
            .width(Length::FillPortion(((share * 1000.0) as u16).max(1)))
            .style(move |_| style::boxed(color, None, radius::FULL))
    };
    Some(
        row![
            row![part(done, c.text_3), part(1.0 - done, c.border)].width(Length::Fill),
            look.text(Type::Small, text).color(c.text_2),
        ]
        .spacing(12)
        .align_y(Alignment::Center)
        .into(),
    )
}

fn review<'a>(composer: &'a Composer, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let Some(take) = composer.recorder.take() else {
        return look.text(Type::Small, fl!("recorder-saving")).color(c.text_2).into();
    };
    let audio: &audio::State = ctx.audio;
    let ours = audio.player.clip.as_ref() == Some(&take_clip(take));
    let playing = ours && audio.player.phase == audio::Phase::Playing;
    let ended = ours && audio.player.phase == audio::Phase::Ended;
    let (mark, name) =
        if playing { (Icon::Pause, fl!("player-pause")) } else { (Icon::Play, fl!("player-play")) };
    let position = if ours && !ended { audio.player.position } else { Duration::ZERO };
    let clip = take_clip(take);
    let peaks = match &composer.peaks {
        Some((of, peaks)) if *of == clip => Arc::clone(peaks),
        Some(_) | None => Arc::from([0_u8; 1]),
    };
    let what = match composer.kind {
        Kind::Forward(_) => fl!("recorder-your-introduction"),
        Kind::New | Kind::Reply(_) | Kind::ReplyAll(_) => fl!("recorder-your-message"),
    };
    let words = column![
        clock(look, Type::Display, whole(take.length)).color(c.text),
        look.text(Type::Small, what).color(c.text_2),
    ]
    .width(WORDS * look.scale);
    let mut top = row![
        button::round(look, Button::Primary, mark, 48.0, name, Some("Space"), Message::Press),
        words
    ]
    .spacing(16)
    .align_y(Alignment::Center);
    if ctx.width >= 420.0 {
        top = top.push(
            Waveform::new(look, peaks, position, take.length)
                .height(48.0)
                .ended(ended)
                .on_seek(Message::Seek),
        );
    }
    let small = |mark, label: String, message: Option<Message>| {
        button::labelled(look, Button::Ghost, button::Size::Small, Some(mark), label)
            .on_press_maybe(message)
    };
    let full = composer.recorder.at_limit();
    let mut low = row![].spacing(8).align_y(Alignment::Center);
    if !full {
        low = low.push(small(Icon::Mic, fl!("recorder-more"), Some(Message::RecordMore)));
    }
    low = low.push(small(Icon::RotateCcw, fl!("recorder-again"), Some(Message::StartAgain)));
    let mut all = column![top, low].spacing(14);
    if full {
        all = all.push(look.text(Type::Small, fl!("recorder-full")).color(c.warn));
    }
    all.into()
}

/// Why it does not record (any more): a fact and what to do.
fn problem(composer: &Composer) -> Option<(String, String)> {
    let recorder = &composer.recorder;
    let safe = recorder.take().map(|t| whole(t.length));
    Some(match (recorder.problem()?, safe) {
        (Problem::NoInput | Problem::NoOutput, _) => {
            (fl!("recorder-no-microphone"), fl!("recorder-no-microphone-line"))
        }
        (Problem::NotPermitted, _) => {
            (fl!("recorder-not-permitted"), fl!("recorder-not-permitted-line"))
        }
        (Problem::Unplugged, Some(length)) => {
            (fl!("recorder-unplugged", length = &length), String::new())
        }
        (Problem::Unplugged, None) => {
            (fl!("recorder-no-microphone"), fl!("recorder-no-microphone-line"))
        }
        (Problem::DiskFull, Some(length)) => {
            (fl!("recorder-disk-full", length = &length), String::new())
        }
        (Problem::DiskFull, None) => (fl!("recorder-disk-full-bare"), String::new()),
        (Problem::Other(text), _) => (fl!("recorder-other"), text.clone()),
    })
}
