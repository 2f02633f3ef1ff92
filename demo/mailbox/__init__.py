"""The sample mailbox: conversations as readable text files, and the builder that makes mail bytes of them."""
