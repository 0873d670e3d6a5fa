# Words of the window itself: sidebar, list, bars, toasts, keys, and of the widgets.

## Sidebar
new-voice = New voice message
new-text = New text message
place-all = All inboxes
place-unheard = Unheard
place-voice = Voice
place-fax = Fax
place-text = Text
place-inbox = Inbox
place-sent = Sent
place-drafts = Drafts
place-archive = Archive
place-deleted = Deleted
place-outbox = Outbox
place-directory = Directory
place-settings = Settings

## Sync status
sync-up-to-date = Up to date · { $time }
sync-checking = Checking…
sync-fetching = Fetching { $done } of { $total }…
sync-offline = Offline since { $time }
sync-password = { $account } needs your password
sync-failed = { $account } can’t be reached

## List
list-new = { $count } new

## Recording level
level-quiet = Quiet. Come closer
level-good = Good level
level-loud = Too loud. Move back a little
level-none = No sound. Is the microphone muted?
