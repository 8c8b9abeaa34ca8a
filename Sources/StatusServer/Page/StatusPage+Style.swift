extension StatusPage {
    static let styleSheet = """

        :root { color-scheme: light dark; --line: #d0d5dd; --muted: #5d6673; --card: #f6f7f9; --good: #136f3a;
          --bad: #b3261e; --wait: #8a5a00; }
        @media (prefers-color-scheme: dark) { :root { --line: #3a414c; --muted: #a2abb8; --card: #1c2027;
          --good: #6fd699; --bad: #ff8a80; --wait: #f0bf5f; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
        header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; }
        h1 { margin: 0; font-size: 1.4rem; }
        h1 small { font-weight: normal; font-size: 1rem; color: var(--muted); overflow-wrap: anywhere; }
        h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
        p { margin: .2rem 0; }
        .address { margin: 1rem 0; padding: 1rem; border-radius: .5rem; background: var(--card); }
        .address .value { font: 600 2.2rem/1.2 ui-monospace, monospace; overflow-wrap: anywhere; }
        .label, dt, th, .empty, #connection, footer { color: var(--muted); font-size: .9rem; }
        .badge { padding: .1rem .5rem; border: 1px solid currentColor; border-radius: 1rem; }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .5rem 1rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; }
        th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        th { white-space: nowrap; }
        [data-state="Confirmed"], [data-state="Synced"] { color: var(--good); }
        [data-state="Unconfirmed"], [data-state="MultipleEgress"], [data-state="Failed"], .lost { color: var(--bad) !important; }
        [data-state="Unknown"], [data-state="Pending"], [data-state="Claimed"] { color: var(--wait); }
        footer { margin-top: 2rem; display: flex; gap: 1rem; }

        """
}
