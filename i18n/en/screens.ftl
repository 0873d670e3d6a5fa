# Words of the screens: welcome, account, reader, player, composer, directory, outbox, reports, fax.
