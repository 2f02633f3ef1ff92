"""The demonstration's wiki: pages, people and groups as Markdown files, read by :mod:`demo.wiki_content.seeds`."""
