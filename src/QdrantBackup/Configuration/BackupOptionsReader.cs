using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration;

/// <summary>Turns a configuration into <see cref="BackupOptions"/>, or names everything that is wrong with it.</summary>
public static class BackupOptionsReader
{
    /// <summary>Reads and checks the section <c>Backup</c>.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; it names every problem.</exception>
    public static BackupOptions Read(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        var options = SectionReaders.ReadAll(reader);
        return reader.Problems.Count == 0 ? options : throw new ConfigurationException(reader.Problems);
    }
}
