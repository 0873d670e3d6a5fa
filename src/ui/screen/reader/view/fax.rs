//! Fax pages drawn: which page, how large, and the page itself. An enlarged page scrolls in a frame of
//! its own, so that its edges and what stands around it stay within reach.

use iced::{
    Alignment, Length,
    widget::{column, container, image, row, scrollable, space},
};

use crate::ui::{
    id,
    screen::{
        Context,
        reader::fax::{Fax, Message, Page},
    },
    theme::{
        Icon, Look, MEDIUM, Type, icon, radius,
        style::{self, Kind},
    },
    widget::{Bar, El, Press, Tone, bar, button},
};

/// Draws the page on screen; `width` is that of the column it stands in.
pub(super) fn pages<'a>(
    fax: &'a Fax,
    ctx: &Context<'_>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    if let Some(reason) = fax.failure() {
        let unknown = Bar::new(Tone::Failed, Icon::Fax, fl!("fax-unknown"), reason.to_owned());
        return bar(look, unknown);
    }
    let mut all = column![controls(fax, look)].spacing(8).width(Length::Fill);
    match fax.page() {
        Some(page) => {
            all = all.push(picture(fax, page, ctx, look, width));
            if page.damaged {
                let text = fl!("fax-damaged", page = (fax.place().0 + 1).to_string());
                all = all.push(look.text(Type::Small, text).color(c.warn));
            }
        }
        None => {
            all = all.push(
                container(look.text(Type::Small, fl!("fax-loading")).color(c.text_2))
                    .center_x(Length::Fill)
                    .center_y(Length::Fixed(220.0))
                    .style(move |_| style::boxed(c.card, Some(c.border), radius::ROW)),
            );
        }
    }
    all.into()
}

fn controls<'a>(fax: &Fax, look: Look) -> El<'a, Message> {
    let (at, count) = fax.place();
    let (smaller, larger) = fax.can_zoom();
    let step = |mark, name: String, key, message, able: bool| {
        let press = able.then_some(message);
        button::icon_button_of(look, Kind::Ghost, mark, 28.0, name, Some(key), press)
    };
    let place = fl!("fax-page", page = (at + 1).to_string(), count = count.max(1).to_string());
    let percent = fl!("percent", count = fax.zoom());
    let fit = Press::new(look.text(Type::Small, percent).font(MEDIUM))
        .padding([4, 6])
        .face(move |touch| Kind::Ghost.face(look, touch))
        .ring(look.c.accent)
        .on_press(Message::FitWidth);
    row![
        icon(Icon::Fax, 16.0, look.c.fax),
        space().width(4),
        step(Icon::ChevronLeft, fl!("fax-back"), "Page Up", Message::Back, at > 0),
        look.text(Type::Small, place).font(MEDIUM),
        step(Icon::ChevronRight, fl!("fax-on"), "Page Down", Message::Next, at + 1 < count),
        space().width(Length::Fill),
        step(Icon::ZoomOut, fl!("fax-smaller"), "Ctrl -", Message::ZoomOut, smaller),
        crate::ui::widget::tip(look, fit, fl!("fax-fit"), Some("Ctrl 0")),
        step(Icon::ZoomIn, fl!("fax-larger"), "Ctrl +", Message::ZoomIn, larger),
        button::icon_button_of(
            look,
            Kind::Ghost,
            Icon::Download,
            28.0,
            fl!("player-save"),
            None,
            Some(Message::Save)
        ),
    ]
    .spacing(4)
    .align_y(Alignment::Center)
    .into()
}

/// The page in its frame.
fn picture<'a>(
    fax: &Fax,
    page: &'a Page,
    ctx: &Context<'_>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    // Dark theme shows paper a little darker than white.
    let opacity = if c.dark { 0.91 } else { 1.0 };
    let framed = |content: El<'a, Message>| -> El<'a, Message> {
        container(content)
            .padding(1)
            .style(move |_| style::boxed(c.reading, Some(c.border_strong), 2.0))
            .into()
    };
    let picture = image(page.handle.clone()).opacity(opacity);
    let zoom = f32::from(fax.zoom()) / 100.0;
    if fax.zoom() <= 100 {
        let paper = framed(picture.width(Length::Fill).into());
        return container(container(paper).width(Length::Fill).max_width(width * zoom))
            .center_x(Length::Fill)
            .into();
    }
    #[allow(clippy::cast_precision_loss)]
    let tall = page.size.1 as f32 / page.size.0.max(1) as f32;
    let paper = width * zoom;
    // The frame leaves the toolbar and the controls in sight.
    let frame = (paper * tall).min((ctx.height - 160.0).max(240.0));
    framed(
        scrollable(picture.width(paper).height(paper * tall))
            .id(id::FAX)
            .direction(scrollable::Direction::Both {
                vertical: scrollable::Scrollbar::new(),
                horizontal: scrollable::Scrollbar::new(),
            })
            .width(Length::Fill)
            .height(frame)
            .style(style::scrollbar(look))
            .into(),
    )
}
