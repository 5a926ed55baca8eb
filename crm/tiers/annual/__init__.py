"""Annual and quarterly figures of an enterprise (经营数据): confidential, corrected by further rows only."""
