namespace QdrantBackup.Configuration;

/// <summary>Reads who can unwrap the store key.</summary>
internal static class EncryptionSection
{
    public static EncryptionOptions Read(SettingReader reader)
    {
        if (!reader.Value<bool>("Encryption", fallback: true, ValueForms.Boolean))
        {
            reader.Refuse("Encryption", "cannot be switched off: every store is encrypted", "Leave the line out, or write true.");
        }

        if (reader.Text("Encryption:KeyVaultKey") is not null)
        {
            reader.RefuseForm("Encryption:KeyVaultKey");
        }

        if (reader.Flag("Encryption:AllowUnencrypted", fallback: false))
        {
            reader.RefuseForm("Encryption:AllowUnencrypted");
        }

        var recipients = reader.Children("Encryption:Recipients")
            .Select(number => reader.Text($"Encryption:Recipients:{number}", Path.IsPathFullyQualified))
            .OfType<string>();
        return new EncryptionOptions(reader.Text("Encryption:KeyFile", Path.IsPathFullyQualified) ?? EncryptionOptions.DefaultKeyFile, [.. recipients]);
    }
}
