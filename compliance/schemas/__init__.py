"""The shapes handed from stage to stage; frozen, typed, without behaviour of their own."""
