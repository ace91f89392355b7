"""Files of companies: the same way as files of people, with rows, judgement, run and way back of their own."""
