//! What is private cannot be copied out of the window, from no view.

use super::*;
use crate::ui::screen::reader::{Message as Reading, toolbar::Message as Tool};

/// Opens a message and its source, selects all of it, and presses Ctrl+C.
async fn copy_source(j: &mut Journey, sender: &str) -> String {
    j.clipboard.0 = "before".into();
    j.click(sender);
    j.settle().await;
    j.opened().await;
    j.take(Message::Reader(Reading::Toolbar(Tool::More)));
    j.click(&fl!("reader-original"));
    j.until("the source is shown", |j| j.sees(&fl!("reader-original-title"))).await;
    let title = j.bounds(&fl!("reader-original-title")).expect("the source is shown");
    j.click_at(iced::Point::new(title.x + 20.0, title.y + 90.0));
    j.ctrl(US, 'a');
    j.ctrl(US, 'c');
    j.settle().await;
    j.named(Named::Escape);
    j.settle().await;
    j.clipboard.0.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn selecting_in_a_private_message_copies_nothing() {
    let mut j = Journey::begin().await;
    // The same presses copy the source of another message: this test could have failed.
    let open = copy_source(&mut j, "Graham Pearce").await;
    assert!(open.contains("From:"), "{open:.200}");
    assert_eq!(copy_source(&mut j, "Dr Amara Okafor").await, "before");
    j.end().await;
}
