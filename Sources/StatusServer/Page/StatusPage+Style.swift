extension StatusPage {
    /// Colours reach a contrast of 4.5 for text and 3 for the picture against what they stand on (WCAG 2.2, 1.4.3 and
    /// 1.4.11), in both schemes.
    static let styleSheet = """

        :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --line: #d0d5dd; --muted: #57606a; --card: #f4f6f8;
          --good: #136f3a; --bad: #b3261e; --wait: #8a5a00; --link: #0a58ca;
          --c0: #1f6feb; --c1: #b35900; --c2: #1a7f37; --c3: #8250df; --c4: #bf3989; --c5: #57606a; }
        @media (prefers-color-scheme: dark) { :root { --back: #12151a; --text: #e6e9ee; --line: #3a414c; --muted: #a2abb8;
          --card: #1c2027; --good: #6fd699; --bad: #ff8a80; --wait: #f0bf5f; --link: #8ab8ff;
          --c0: #79b8ff; --c1: #ffab70; --c2: #85e89d; --c3: #b392f0; --c4: #f692ce; --c5: #aab4c0; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 75rem; padding: 1rem; background: var(--back); color: var(--text);
          font: 1rem/1.5 system-ui, sans-serif; }
        header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; }
        h1 { margin: 0; font-size: 1.4rem; }
        h1 small { font-weight: normal; font-size: 1rem; color: var(--muted); overflow-wrap: anywhere; }
        h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
        p { margin: .2rem 0; }
        a { color: var(--link); }
        .addresses { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem;
          margin: 1rem 0; }
        .address { padding: 1rem; border: 2px solid var(--card); border-radius: .5rem; background: var(--card); }
        .address .value { font: 600 clamp(1.1rem, 5vw, 2rem)/1.2 ui-monospace, monospace; overflow-wrap: anywhere; }
        .new { border-color: var(--good); }
        .address h2 { margin: 0; font-weight: normal; }
        .label, dt, th, caption, figcaption, .axis, .empty, #connection, footer { color: var(--muted); font-size: .9rem; }
        .badge { padding: .1rem .5rem; border: 1px solid currentColor; border-radius: 1rem; white-space: nowrap; }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .5rem 1rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; margin-bottom: 1rem; border-collapse: collapse; }
        caption { text-align: left; }
        th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        td { overflow-wrap: break-word; }
        td:first-child, td:last-child { overflow-wrap: anywhere; }
        th { white-space: nowrap; }
        .nodes { columns: 16rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
        figure { margin: .5rem 0 1rem; }
        .timeline { display: block; width: 100%; height: 2.5rem; }
        .axis { display: flex; justify-content: space-between; }
        .key { width: .8em; height: .8em; margin-right: .5em; }
        .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); }
        .c3 { fill: var(--c3); } .c4 { fill: var(--c4); } .c5 { fill: var(--c5); }
        [data-state="Confirmed"], [data-state="Synced"] { color: var(--good); }
        [data-state="Unconfirmed"], [data-state="MultipleEgress"], [data-state="Failed"], #connection.lost { color: var(--bad); }
        [data-state="Unknown"], [data-state="Pending"], [data-state="Claimed"] { color: var(--wait); }
        .unseen, .unseen * { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        footer { margin-top: 2rem; display: flex; flex-wrap: wrap; gap: 1rem; }
        @media (max-width: 48rem) {
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          table, tbody, tr, td, caption { display: block; }
          tr { padding: .4rem 0; border-bottom: 1px solid var(--line); }
          td { display: grid; grid-template-columns: 7rem 1fr; padding: .1rem 0; border: 0;
            overflow-wrap: anywhere; }
          .changes td:first-child { grid-template-columns: 7rem 1.3em 1fr; align-items: baseline; }
          td::before { color: var(--muted); font-size: .9rem; }
        \(recordTable.labels)
        \(voteTable.labels)
        \(changeTable.labels)
        }

        """
}
