"""What a query may consist of; whatever is not listed here is refused."""

from sqlglot import exp

ROOTS: tuple[type[exp.Expr], ...] = (exp.Select, exp.Union, exp.Except, exp.Intersect)

NODES: frozenset[type[exp.Expr]] = frozenset({
    # statement
    *ROOTS, exp.With, exp.CTE, exp.Subquery, exp.From, exp.Join, exp.Table, exp.TableAlias,
    exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct,
    exp.Values, exp.Window, exp.WindowSpec, exp.Filter,
    # names and values
    exp.Identifier, exp.Column, exp.Star, exp.Alias, exp.Literal, exp.HexString, exp.Null,
    exp.Boolean, exp.Var, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Collate, exp.Tuple,
    exp.Paren,
    # operators
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Exists, exp.Like, exp.ILike, exp.Glob,
    exp.Escape, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe,
    exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseNot, exp.BitwiseLeftShift, exp.BitwiseRightShift,
    # functions that the parser knows by a class of their own
    exp.Abs, exp.Avg, exp.Case, exp.Cast, exp.Ceil, exp.Chr, exp.Coalesce, exp.Concat, exp.Count,
    exp.CumeDist, exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Date, exp.DenseRank,
    exp.Exp, exp.Extract, exp.FirstValue, exp.Floor, exp.Greatest, exp.GroupConcat, exp.Hex,
    exp.If, exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Length, exp.Ln, exp.Log, exp.Lower,
    exp.Max, exp.Min, exp.NthValue, exp.Ntile, exp.Nullif, exp.PercentRank, exp.Pi, exp.Pow,
    exp.Rank, exp.Replace, exp.Round, exp.RowNumber, exp.Sign, exp.Sqrt, exp.StrPosition,
    exp.Substring, exp.Sum, exp.Time, exp.TimeToStr, exp.TimestampTrunc, exp.Trim,
    exp.TsOrDsToTimestamp, exp.Typeof, exp.Unicode, exp.Upper,
})  # fmt: skip

FUNCTIONS = frozenset(
    """abs avg ceil ceiling char coalesce concat count cume_dist date datetime dense_rank exp
    first_value floor format glob group_concat hex ifnull iif instr julianday lag last_value lead
    length like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile nullif
    octet_length percent_rank pi pow power printf quote rank replace round row_number rtrim sign
    sqrt strftime string_agg substr substring subtype sum time timediff total trim trunc typeof
    unicode unixepoch unlikely upper current_date current_time current_timestamp""".split()
)
"""By name: for the parser where it has no class, and for SQLite's own authorizer."""

POSTGRES_NODES = NODES | {
    exp.AtTimeZone, exp.ToChar, exp.StrToDate, exp.StrToTime, exp.Initcap, exp.SplitPart,
    exp.ConcatWs, exp.Left, exp.Right, exp.LogicalAnd, exp.LogicalOr, exp.Stddev, exp.StddevPop,
    exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr, exp.Median, exp.Mode,
    exp.PercentileCont, exp.PercentileDisc, exp.WithinGroup, exp.Fetch, exp.Any, exp.All,
    exp.Array, exp.ArrayAgg, exp.GroupingSets, exp.Rollup, exp.Cube, exp.RegexpLike,
    exp.RegexpILike, exp.RegexpReplace, exp.SimilarTo, exp.Trunc, exp.Cbrt, exp.Degrees,
    exp.Radians, exp.DateTrunc, exp.TimeToUnix, exp.Month, exp.Year, exp.Day,
}  # fmt: skip

POSTGRES_FUNCTIONS = FUNCTIONS | frozenset(
    """age array_agg bool_and bool_or btrim cardinality char_length character_length concat_ws
    date_bin date_part date_trunc div every initcap isfinite justify_days justify_hours
    justify_interval left make_date make_interval make_time make_timestamp mode now
    percentile_cont percentile_disc position regexp_replace regexp_substr right split_part
    starts_with stddev stddev_pop stddev_samp strpos to_char to_date to_number to_timestamp
    translate var_pop var_samp variance width_bucket""".split()
)

TYPES = frozenset(
    """SMALLINT INT BIGINT DECIMAL BIGDECIMAL FLOAT DOUBLE TEXT VARCHAR CHAR BOOLEAN DATE TIME
    TIMESTAMP TIMESTAMPTZ TIMESTAMPNTZ INTERVAL ARRAY""".split()
)
"""What PostgreSQL may be asked to turn a value into; some types look things up."""

SYSTEM_PREFIXES = ("sqlite_", "pragma_", "pg_", "json_", "fts", "dbstat", "information_schema")
"""Tables that tell about the database or the server instead of holding the user's rows."""
