namespace LocalFunctions.Soak.Plants;

/// <summary>A statement says something else than it should.</summary>
internal sealed class WrongSql(string right, string wrong) : Plant
{
    /// <inheritdoc/>
    public override string Rewrite(string sql) => Used(sql, sql.Replace(right, wrong, StringComparison.Ordinal));
}
