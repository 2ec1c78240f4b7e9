namespace LocalFunctions.Soak.Plants;

/// <summary>A second process gets in while the first has the database open.</summary>
internal sealed class NoLease : Plant
{
    /// <inheritdoc/>
    public override bool LetsInASecond()
    {
        HasTaken = true;
        return true;
    }
}
