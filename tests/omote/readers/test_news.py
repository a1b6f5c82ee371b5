from __future__ import annotations

from omote.readers.news import KEPT, News


def test_news_are_told_once_and_a_flood_keeps_its_last_lines() -> None:
    news = News()
    for number in range(1000):
        news.add(str(number))
    assert news.take() == [str(number) for number in range(1000 - KEPT, 1000)]
    assert news.take() == []
