# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the logs and answer files of Windows Setup without their secrets, or removes them with -Remove.
#
# What this returns leaves the guest, so a secret is taken out here: in XML the text of each element and attribute with such a name, and
# commands, which often hold one; in other text what follows such a name; and everywhere the values found in the XML. A file that is not
# text, or looks like XML and cannot be parsed, is left out and named, because no one can tell what is in it.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][string[]]$Folders,
    [long]$MaximumSize = 16MB,
    [switch]$Remove
)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$secretName = 'pass(word|phrase)|productkey|pidkey|accountdata|customdata|keymaterial|secret|token|connectionstring'
# Of Azure Storage: keys, and addresses with a signature.
$secretName += '|(shared|account|access)key|accesssignature|sas(url|uri)|(?<=[?&])sig'
$commandName = '^(commandline|path|arguments)$'
$deleted = '*SENSITIVE*DATA*DELETED*'
$removed = '*REMOVED BY GOLDENIMAGE*'
$values = New-Object -TypeName 'Collections.Generic.HashSet[string]'

# Text nodes below an element with a secret, but for the flags beside it.
function Get-SecretNode {
    param([xml]$Document)
    foreach ($element in $Document.SelectNodes('//*')) {
        foreach ($attribute in $element.Attributes) { if ($attribute.LocalName -match $secretName) { $attribute } }
        $isCommand = $element.LocalName -match $commandName -and $element.ParentNode.LocalName -match 'Command$'
        if ($element.LocalName -match $secretName -or $isCommand) {
            $element.SelectNodes('.//text() | .//*/@* | .//comment()') |
                Where-Object { $_.ParentNode.LocalName -notin 'PlainText', 'WillShowUI' -and "$($_.Value)".Trim() }
        }
    }
}

function Protect-Xml {
    param([string]$Text)
    $document = New-Object -TypeName System.Xml.XmlDocument
    # No file or address that the text names is opened.
    $document.XmlResolver = $null
    $document.PreserveWhitespace = $true
    $document.LoadXml($Text)
    foreach ($node in @(Get-SecretNode $document)) {
        $value = $node.Value.Trim()
        if ($value -eq $deleted) { continue }
        if ($value.Length -ge 4) { $null = $values.Add($value) }
        $node.Value = $removed
    }
    $document.OuterXml
}

# Answer files in part, and lines such as AdminPassword=...
function Protect-Text {
    param([string]$Text)
    $known = [regex]::Escape($deleted)
    $element = "(?ins)(?<begin><(?<tag>[\w:]*($secretName)\w*)[^>]*>)(?!\s*(<\w+>)?$known).*?(?<end></\k<tag>>)"
    $line = "(?in)(?<begin>\w*($secretName)\w*[""']?\s*[=:]\s*)(""[^""]*""|'[^']*'|[^\s,;]+)"
    [regex]::Replace([regex]::Replace($Text, $element, "`${begin}$removed`${end}"), $line, "`${begin}$removed")
}

$paths = @($Folders | ForEach-Object { [Environment]::ExpandEnvironmentVariables($_) } | Where-Object { Test-Path -LiteralPath $_ })
if ($Remove) {
    foreach ($item in @($paths | ForEach-Object { Get-ChildItem -LiteralPath $_ -Force })) {
        $Ansible.Changed = $true
        if (-not $PSCmdlet.ShouldProcess($item.FullName, 'remove')) { continue }
        # Delete of .NET ends at links: it removes them, and nothing that they lead to.
        if ($item.PSIsContainer) { $item.Delete($true) } else { Remove-Item -LiteralPath $item.FullName -Force }
    }
    return
}

$left = New-Object -TypeName 'Collections.Generic.List[string]'
$texts = [ordered]@{}
foreach ($file in @($paths | ForEach-Object { Get-ChildItem -LiteralPath $_ -Recurse -Force -File })) {
    if ($file.Length -gt $MaximumSize) { $left.Add("$($file.FullName): larger than $MaximumSize bytes"); continue }
    try { $text = "$(Get-Content -LiteralPath $file.FullName -Raw -Encoding UTF8)" } catch { $left.Add("$($file.FullName): $_"); continue }
    if ($text.Contains([string][char]0)) { $left.Add("$($file.FullName): not text"); continue }
    $text = $text.TrimStart([char]0xFEFF)
    if ($text.TrimStart().StartsWith('<')) {
        try { $texts[$file.FullName] = Protect-Xml $text } catch { $left.Add("$($file.FullName): not valid XML") }
    } else {
        $texts[$file.FullName] = Protect-Text $text
    }
}
# A secret of an answer file can occur in a log as well.
$files = @(foreach ($path in $texts.Keys) {
        $text = $texts[$path]
        foreach ($value in $values) { $text = $text.Replace($value, $removed) }
        @{ path = $path; text = $text }
    })
$Ansible.Result = @{ files = $files; left_out = @($left) }
